//! Rows of Prowlarr's history as sightings: grabs made in Prowlarr itself, grabs of apps that we do not poll, the echo
//! of our own downloads, and, for apps that we poll, a second report of what the app will tell.

use std::collections::HashMap;

use secrecy::ExposeSecret;

use super::app_history::{Reading, is_asked_for};
use super::{UNTITLED, link, release_hash, text};
use crate::domain::app::{AppKind, AppName};
use crate::domain::magnet::is_magnet;
use crate::domain::sighting::{Origin, Protocol, Requester, Sighting};
use crate::domain::time::Ts;
use crate::upstream::error::ApiError;
use crate::upstream::prowlarr::{Indexer, ProwlarrClient, ProwlarrRow};

/// The product token of our own `User-Agent`, as Prowlarr records it.
const OURSELVES: &str = "Grabfeed";
/// What Prowlarr calls a program whose name it cannot tell.
const OTHER: &str = "Other";

/// What is needed to understand a row.
#[derive(Debug)]
pub struct Context<'a> {
    /// The name under which Prowlarr's own grabs are listed.
    pub app: &'a AppName,
    /// The kinds of which every configured app is polled.
    pub polled: &'a [AppKind],
    /// Further programs whose downloads are grabs (`prowlarr.grab_sources`).
    pub grab_sources: &'a [String],
    /// The present moment.
    pub now: Ts,
}

/// Reads the grabs of Prowlarr from `since` on.
pub async fn read(client: &ProwlarrClient, context: &Context<'_>, since: Ts) -> Result<Reading, ApiError> {
    let mut rows = client.history_since(since).await?;
    rows.retain(|row| is_asked_for(row.date, since));
    let ahead_millis = client.ahead_millis();
    if rows.is_empty() {
        return Ok(Reading { ahead_millis, ..Reading::default() });
    }
    let indexers = client.indexers().await?;
    let by_id: HashMap<i64, &Indexer> = indexers.iter().map(|indexer| (indexer.id, indexer)).collect();
    let by_our_clock =
        |sighting: Sighting| Sighting { grabbed_at: sighting.grabbed_at.ahead_by(-ahead_millis), ..sighting };
    let sightings = rows.iter().filter_map(|row| sighting(context, &by_id, row)).map(by_our_clock).collect();
    Ok(Reading { sightings, newest: rows.iter().map(|row| row.date).max(), ahead_millis })
}

/// The sighting that a row is; `None` for a download that failed, which is no grab.
fn sighting(context: &Context<'_>, indexers: &HashMap<i64, &Indexer>, row: &ProwlarrRow) -> Option<Sighting> {
    let ourselves = row.source.eq_ignore_ascii_case(OURSELVES);
    if !row.successful && !ourselves {
        return None;
    }
    let indexer = indexers.get(&row.indexer_id);
    let kind: Option<AppKind> = row.source.parse().ok().filter(|kind| *kind != AppKind::Prowlarr);
    let polled = kind.is_some_and(|kind| context.polled.contains(&kind));
    let grabs = ourselves || polled || row.sent_to_client || makes_grabs(context, &row.source);
    Some(Sighting {
        app: context.app.clone(),
        kind: AppKind::Prowlarr,
        origin: Origin::ProwlarrHistory,
        origin_key: format!("{}@{}", row.id, row.date.millis()),
        grabbed_at: if row.date > Ts::MIN { row.date } else { context.now },
        title: text(&row.grab_title).unwrap_or_else(|| UNTITLED.to_owned()),
        indexer: indexer.and_then(|indexer| text(&indexer.name)),
        prowlarr_indexer_id: Some(row.indexer_id),
        download_id: None,
        infohash: None,
        protocol: indexer.map_or(Protocol::Unknown, |indexer| indexer.protocol),
        size_bytes: None,
        // The tracker's own URL holds a passkey and mostly cannot be fetched without the indexer's login; of it only a
        // magnet is of use.
        link: link(row.url.as_ref().filter(|url| is_magnet(url.expose_secret()))),
        requester: Some(Requester {
            kind,
            host: row.host.clone(),
            polled,
            ourselves,
            foreign: (!grabs).then(|| text(&row.source).unwrap_or_else(|| OTHER.to_owned())),
        }),
        release_hash: row.guid.as_ref().or(row.url.as_ref()).map(release_hash),
    })
}

/// Whether a program's downloads are grabs though no app of its kind is configured: Prowlarr's own page, and what the
/// settings name. All others only probe (cross-seed, readers of RSS), or grab for somebody else.
fn makes_grabs(context: &Context<'_>, source: &str) -> bool {
    source.eq_ignore_ascii_case(AppKind::Prowlarr.as_str())
        || context.grab_sources.iter().any(|named| named.eq_ignore_ascii_case(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(source: &str, successful: bool) -> ProwlarrRow {
        ProwlarrRow {
            id: 1,
            date: Ts::from_millis(1_000),
            indexer_id: 4,
            successful,
            source: source.into(),
            host: "nas".into(),
            grab_title: "A Film".into(),
            url: Some("https://tracker.example/download?passkey=test-passkey".into()),
            grab_method: "Proxy".into(),
            sent_to_client: false,
            guid: None,
        }
    }

    fn read_row(row: &ProwlarrRow) -> Option<Sighting> {
        let app = AppName::parse("prowlarr").unwrap();
        let context = Context {
            app: &app,
            polled: &[AppKind::Radarr],
            grab_sources: &["Mylar3".to_owned()],
            now: Ts::from_millis(5_000),
        };
        sighting(&context, &HashMap::new(), row)
    }

    #[test]
    fn a_row_of_a_polled_app_waits_for_that_app_and_others_do_not() {
        assert!(read_row(&row("Radarr", true)).unwrap().requester.unwrap().polled);
        assert!(!read_row(&row("Sonarr", true)).unwrap().requester.unwrap().polled);
        assert!(!read_row(&row("Prowlarr", true)).unwrap().requester.unwrap().polled);
    }

    #[test]
    fn only_configured_apps_prowlarrs_page_and_named_programs_make_grabs() {
        let foreign = |source| read_row(&row(source, true)).unwrap().requester.unwrap().foreign;
        for source in ["Radarr", "Prowlarr", "mylar3", "Grabfeed"] {
            assert_eq!(foreign(source), None, "{source}");
        }
        for (source, shown) in
            [("CrossSeed", "CrossSeed"), ("Sonarr", "Sonarr"), ("Other", "Other"), ("", "Other")]
        {
            assert_eq!(foreign(source).as_deref(), Some(shown));
        }
    }

    #[test]
    fn our_own_download_is_known_as_such_even_if_it_failed() {
        assert!(read_row(&row("Grabfeed", false)).unwrap().requester.unwrap().ourselves);
    }

    #[test]
    fn a_download_that_failed_is_no_grab() {
        assert!(read_row(&row("Radarr", false)).is_none());
    }

    #[test]
    fn the_trackers_own_url_is_not_kept() {
        assert!(read_row(&row("Prowlarr", true)).unwrap().link.is_none());
    }
}
