//! Redirects, hop by hop (H14–H19, H28).

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::{Downloaded, Via};
use secrecy::ExposeSecret;

use super::{LIMITS, TORRENT, code, fetch, fetch_with, outcome_of, word};
use crate::support::raw_http::{RawServer, path, redirect, reply};
use crate::support::upstreams::{KEY, http};

#[tokio::test]
async fn every_kind_of_redirect_to_a_magnet_is_a_magnet() {
    for status in [301, 302, 303, 307, 308] {
        let server = RawServer::always(redirect(status, "magnet:?xt=urn:btih:0123&dn=A+B")).await;
        match fetch(&server, Via::Prowlarr).await {
            Ok(Downloaded::Magnet(magnet)) => {
                assert_eq!(magnet.expose_secret(), "magnet:?xt=urn:btih:0123&dn=A+B", "{status}");
            }
            other => panic!("{status}: {other:?}"),
        }
        assert_eq!(server.asked(), 1);
    }
}

#[tokio::test]
async fn redirects_within_a_server_are_followed_up_to_five() {
    let hops = |last: usize| {
        RawServer::replying(move |head, _| match path(head).trim_start_matches('/').parse::<usize>() {
            Ok(hop) if hop == last => reply("200 OK", &[], TORRENT),
            Ok(hop) => redirect(302, &format!("/{}", hop + 1)),
            Err(_) => redirect(302, "/1"),
        })
    };
    let server = hops(5).await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), "torrent");
    assert_eq!(server.asked(), 6);
    let server = hops(11).await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), code(Reason::TooManyRedirects));
    assert_eq!(server.asked(), 6);
}

#[tokio::test]
async fn loops_end_at_once() {
    let server = RawServer::always(redirect(301, "/4/download?apikey=test-key&link=QUJD&file=A")).await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), code(Reason::TooManyRedirects));
    assert_eq!(server.asked(), 1);
    let server = RawServer::always(redirect(301, "#fragment")).await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), code(Reason::TooManyRedirects));
    let turning = |head: &str, _| redirect(302, if path(head) == "/a" { "/b" } else { "/a" });
    let server = RawServer::replying(turning).await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), code(Reason::TooManyRedirects));
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn locations_that_lead_nowhere_are_refused() {
    let two = reply("302 Found", &[("Location", "/a"), ("Location", "/b")], "");
    let none = reply("302 Found", &[], "");
    let latin1 = [&b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /\xe9\r\n\r\n"[..]].concat();
    for answer in
        [two, none, latin1, redirect(302, "file:///etc/passwd"), redirect(302, "http://u:p@127.0.0.1/")]
    {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        assert_eq!(outcome_of(answer).await, code(Reason::RedirectRefused), "{shown}");
    }
}

#[tokio::test]
async fn a_location_in_utf8_with_spaces_is_encoded() {
    let answer = |_: &str, before| {
        if before == 0 { redirect(302, "/été un") } else { reply("200 OK", &[], TORRENT) }
    };
    let server = RawServer::replying(answer).await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), "torrent");
    assert_eq!(path(&server.heads()[1]), "/%C3%A9t%C3%A9%20un");
}

#[tokio::test]
async fn each_hop_is_under_the_address_policy() {
    let inside = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    for location in [
        inside.url("/"),
        format!("http://localhost:{}/", inside.port),
        format!("http://[::1]:{}/", inside.port),
        format!("http://0x7f.1:{}/", inside.port),
        format!("http://2130706433:{}/", inside.port),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        format!("http://[::ffff:127.0.0.1]:{}/", inside.port),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "http://[64:ff9b::a9fe:a9fe]/".to_owned(),
        "http://[fe80::1]/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "//0/".to_owned(),
    ] {
        let outcome = outcome_of(redirect(302, &location)).await;
        assert_eq!(outcome, code(Reason::AddressRefused), "{location}");
    }
    assert_eq!(inside.asked(), 0);
}

#[tokio::test]
async fn another_host_learns_nothing_of_the_first() {
    let tracker = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let location = tracker.url("/file?id=1");
    let answer = reply("301 Moved", &[("Location", &location), ("Set-Cookie", "session=test-cookie")], "");
    let prowlarr = RawServer::always(answer).await;
    let url = prowlarr.url(&format!("/4/download?apikey={KEY}&link=QUJD&file=A"));
    let http = http(&[&url, &location]);
    assert_eq!(word(&fetch_with(http.clone(), &url, Via::Prowlarr, LIMITS).await), "torrent");
    let told = tracker.heads().remove(0).to_lowercase();
    for leak in ["referer", "cookie", "x-api-key", "authorization", KEY, "qujd"] {
        assert!(!told.contains(leak), "{leak} in {told}");
    }
    let first = prowlarr.heads().remove(0).to_lowercase();
    assert!(!first.contains("x-api-key") && !first.contains("authorization"));
    // Cookies are not brought back either.
    assert_eq!(word(&fetch_with(http, &url, Via::Prowlarr, LIMITS).await), "torrent");
    assert!(!prowlarr.heads().remove(1).to_lowercase().contains("cookie"));
}

/// The person named Radarr's address for Radarr, and not for whoever a grab's link belongs to.
#[tokio::test]
async fn a_strangers_redirect_enters_no_configured_place_of_the_household() {
    let inside = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let aim = inside.url("/api/v3/system/shutdown");
    for (what, via, allowed) in [("a configured site", Via::Direct, false), ("Prowlarr", Via::Prowlarr, true)]
    {
        let location = aim.clone();
        let from = RawServer::replying(move |_, _| reply("302 Found", &[("Location", &location)], "")).await;
        let start = from.url("/4/download?apikey=test-key&link=QUJD&file=A");
        let outcome = fetch_with(http(&[&start, &aim]), &start, via, LIMITS).await;
        assert_eq!(word(&outcome), if allowed { "torrent" } else { "address-refused" }, "{what}");
        assert_eq!(inside.heads().len(), usize::from(allowed), "{what}");
    }
    // Prowlarr's redirect leads to a stranger, and the stranger's into the household.
    let before = inside.heads().len();
    let second = RawServer::replying(move |_, _| reply("302 Found", &[("Location", &aim)], "")).await;
    let stranger = second.url("/download/1");
    let prowlarr = RawServer::replying({
        let stranger = stranger.clone();
        move |_, _| reply("302 Found", &[("Location", &stranger)], "")
    })
    .await;
    let start = prowlarr.url("/4/download?apikey=test-key&link=QUJD&file=A");
    let outcome =
        fetch_with(http(&[&start, &stranger, &inside.url("/")]), &start, Via::Prowlarr, LIMITS).await;
    assert_eq!((word(&outcome), inside.heads().len()), ("address-refused", before));
}
