//! The defects of the predecessor, each with the test that would find it here:
//!
//! | there | here |
//! |---|---|
//! | the leftmost `X-Forwarded-For` was the throttle's key | `web::arrival`, `web::throttle` |
//! | a list of what needs signing in; all else was open | `web::access::without_credentials_only_public_routes_answer` |
//! | keys and session tokens in clear in the database | `command_line::canary` |
//! | the session's token in JSON | `command_line::canary`, the sign-in's own tests |
//! | a feed's key only in the URL | `web::key_scopes`, the old feed paths' own tests |
//! | webhooks asked Prowlarr before they answered | `web::hooks_under_load::an_answer_never_waits_for_an_upstream` |
//! | a failed webhook was answered 200 | `kill::full_disk::a_full_disk_stops_webhooks_but_no_reader_until_there_is_room_again` |
//! | a torrent written in place was "done" after a crash | `kill::five_hundred`, `kill::syscalls`, `download::bodies` |
//! | whatever begins with `d` was a torrent | below |
//! | files named by title overwrote each other | below |
//! | retries without jitter or `Retry-After` | `clients::retry`, `domain::schedule`, `promises::prowlarr_is_spared` |
//! | SQLite's `synchronous=NORMAL` | `kill::syscalls::a_webhook_is_answered_only_after_it_is_synced_to_the_disk` |
//! | `/health` refused by the peer's address | below |
//! | set-up and connection tests without signing in | `web::access`, `command_line::outbound`, the set-up's own tests |

use std::collections::BTreeSet;
use std::time::Duration;

use grabfeed::demo::GrabOptions;
use grabfeed::domain::grab::GrabState;

use crate::support::database::Home;
use crate::support::http::Http;
use crate::support::raw_http::{RawServer, reply};
use crate::support::service::{Household, Plan, sized};

#[tokio::test]
async fn torrents_of_one_title_are_kept_side_by_side() {
    let household = Household::new(Home::file(), Plan::default()).await;
    let service = household.start().await;
    let title = "../A.Film.2026-GRP";
    for (indexer, bytes) in [("Alpha", 20_001), ("Beta", 30_001), ("Gamma", 40_001)] {
        let release = household.world.release(title, indexer, sized(bytes)).unwrap();
        assert!(household.world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
    }
    household.settle(&service, Duration::from_hours(1)).await;
    let ready = household.grabs_in(GrabState::Ready).await;
    let torrents: BTreeSet<_> = ready.iter().map(|grab| grab.torrent).collect();
    assert_eq!((ready.len(), torrents.len()), (3, 3), "{ready:?}");
    assert_eq!(household.count("SELECT COUNT(DISTINCT bytes) FROM torrent").await, 3);
    service.stop().await;
}

#[tokio::test]
async fn what_only_begins_like_a_torrent_is_not_kept() {
    for body in ["d", "d8:announce", "d4:infod4:name1:aee", "drwxr-xr-x 2 root root", "d4:infodee and more"] {
        let server =
            RawServer::always(reply("200 OK", &[("Content-Type", "application/x-bittorrent")], body)).await;
        let plan = Plan { prowlarr_url: Some(server.url("")), ..Plan::default() };
        let household = Household::new(Home::file(), plan).await;
        let service = household.start().await;
        household.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
        for _ in 0..7 {
            household.advance(&service, Duration::from_hours(9)).await;
        }
        assert_eq!(household.state_of("A.Film.2026-GRP").await, "failed invalid-torrent", "{body}");
        assert_eq!(
            server.heads().iter().filter(|head| head.contains("/download")).count(),
            5,
            "asked a few times more"
        );
        assert_eq!(household.count("SELECT COUNT(*) FROM torrent").await, 0);
        service.stop().await;
    }
}

#[tokio::test]
async fn health_is_told_to_whoever_asks_from_wherever() {
    let household = Household::new(Home::file(), Plan::default()).await;
    let service = household.start().await;
    let http = Http::new();
    for path in ["/ping", "/health/live", "/health/ready"] {
        for header in [
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-For", "203.0.113.7, 10.0.0.1"),
            ("X-Real-IP", "203.0.113.7"),
            ("Forwarded", "for=203.0.113.7"),
            ("Host", "10.42.0.17:4722"),
        ] {
            assert_eq!(
                http.get_with(&format!("{}{path}", service.url), &[header]).await.status,
                200,
                "{path}"
            );
        }
    }
    service.stop().await;
}
