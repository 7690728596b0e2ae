//! What is fuzzed: each body reads bytes from outside as the product does, and says what must hold whatever they are.
//!
//! The fuzz targets call these for hours; `tests/fuzz` calls the same for a second each with every change.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use grabfeed::config::{Inputs, SettingsFile, load};
use grabfeed::domain::app::{AppKind, AppName};
use grabfeed::domain::feed_filter::FeedFilter;
use grabfeed::domain::time::Ts;
use grabfeed::intake::webhook as hook;
use grabfeed::ops::text::Lang;
use grabfeed::web::middleware::forwarded as proxies;

/// Reads bytes from outside, and panics if what must hold does not.
pub(super) type Body = fn(&[u8]);

/// Every body with its name and inputs to begin with.
pub(super) const BODIES: [(&str, Body, &[&[u8]]); 5] = [
    ("torrent", torrent, &[
        b"d4:infod6:lengthi20e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee",
        b"magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567",
        b"<!doctype html><title>Login</title>",
        b"d4:infod9:file treed1:ad0:d6:lengthi1eeee12:meta versioni2e4:name1:a12:piece lengthi16384eee",
    ]),
    ("settings", settings, &[
        b"server:\n  port: 4722\napps:\n  - name: radarr\n    type: radarr\n    url: http://radarr:7878\n    api_key: test-key\n",
        b"sync: {mode: webhook_only, interval_seconds: 60}\nlogging:\n  level: 'debug,sqlx=warn'\n",
        b"a: &b [*b, \"\\x41\"]\n\tc: |2-\n",
    ]),
    ("webhook", webhook, &[
        br#"{"eventType":"Grab","instanceName":"Radarr","downloadId":"ABC","movie":{"title":"A","tmdbId":1},"release":{"releaseTitle":"A.2026","indexer":"Alpha","size":1}}"#,
        br#"{"eventType":"Test","series":{"title":"A"},"episodes":[{"episodeNumber":1}]}"#,
        br#"{"eventType":"Health","level":"warning"}"#,
    ]),
    ("forwarded", forwarded, &[
        b"203.0.113.7, 10.0.0.2\nhttps\nfeeds.example",
        b"\n\n\nfor=\"[2001:db8::1]:80\";proto=https;host=nas, for=_hidden",
    ]),
    ("filter", filter, &[
        br#"{"apps":["radarr"],"kinds":["sonarr"],"indexers":["Alpha"],"categories":["Movies"],"title":"^a.*(b|c){2,9}$","min_size_bytes":1,"max_size_bytes":2}"#,
        br#"{"title":"(((((a{1,9}){1,9}){1,9}){1,9}){1,9})"}"#,
    ]),
];

/// A torrent that is accepted has a hash; a magnet link is read where that is the answer.
pub(super) fn torrent(data: &[u8]) {
    match grabfeed_torrent::verify(data) {
        Ok(facts) => {
            assert!(facts.infohash().is_some() && facts.piece_length_bytes > 0 && facts.file_count > 0);
        }
        Err(grabfeed_torrent::VerifyError::Magnet) => assert!(grabfeed_torrent::magnet_text(data).is_some()),
        Err(refusal) => assert!(!refusal.code().is_empty()),
    }
}

/// Settings are accepted, or every mistake is said in both languages.
pub(super) fn settings(data: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(data).expect("it is written");
    let inputs = Inputs {
        file: SettingsFile::Required(file.path().to_owned()),
        environment: std::collections::BTreeMap::new(),
        saved: std::collections::BTreeMap::new(),
    };
    if let Err(report) = load(&inputs) {
        for lang in [Lang::Fr, Lang::En] {
            assert!(!report.render(lang).trim().is_empty());
        }
    }
}

/// A webhook is read or refused, whichever app sends it.
pub(super) fn webhook(data: &[u8]) {
    let _sender = hook::sender(data);
    let app = AppName::parse("app").expect("a name");
    for kind in AppKind::ALL {
        let _read = hook::read(&app, kind, data, Ts::from_millis(1_795_366_902_000));
    }
}

/// Whatever the headers say, a caller that is not trusted is believed nothing but its own address.
pub(super) fn forwarded(data: &[u8]) {
    let names = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"];
    let mut headers = HeaderMap::new();
    for (name, line) in names.into_iter().zip(data.split(|byte| *byte == b'\n')) {
        if let Ok(value) = HeaderValue::from_bytes(line)
            && !line.is_empty()
        {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    let peer = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let _believed = proxies::read(&headers, peer, |address| address == peer);
    let said = proxies::read(&HeaderMap::new(), peer, |_| true);
    assert_eq!(said.address, peer);
}

/// A filter is compiled in bounded time and size, or refused.
pub(super) fn filter(data: &[u8]) {
    if let Ok(filter) = serde_json::from_slice::<FeedFilter>(data) {
        let _compiled = filter.compile();
    }
}
