//! `feed rotate`: the new address is printed once, the old one works as long as was asked for; `feed list` tells of both,
//! and of the feeds that belong to keys.

use super::world;
use crate::support::household::Household;
use crate::support::http::Http;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_feed_answers_at_both_addresses_and_then_at_the_new_one_only() {
    let world = world().await;
    let household = Household::of(&world);
    let service = household.start().await;
    let http = Http::new();
    let old = household.feed("client").trim().to_owned();
    let rotate = |more: &[&str]| {
        let arguments = [&["feed", "rotate", "Client"], more].concat();
        household.says(&arguments).trim().replace("//localhost:", "//127.0.0.1:")
    };
    let new = rotate(&["--hours", "2"]);
    assert!(
        new.starts_with(&household.url("/f/")) && !new.contains(char::is_whitespace) && new != old,
        "{new}"
    );
    for url in [&old, &new] {
        assert_eq!(http.get(url).await.status, 200);
    }
    let list = |more: &[&str]| household.says(&[&["feed", "list"], more].concat());
    let json: serde_json::Value = serde_json::from_str(&list(&["--json"])).unwrap();
    assert!(json[0]["formerUrlUntil"].is_string(), "{json}");
    assert!(list(&[]).contains(json[0]["formerUrlUntil"].as_str().unwrap()));
    assert!(!list(&[]).contains(new.split('/').nth(4).unwrap()));

    let at_once = rotate(&["--hours", "0"]);
    for (url, status) in [(&old, 404), (&new, 404), (&at_once, 200)] {
        assert_eq!(http.get(url).await.status, status);
    }
    let json: serde_json::Value = serde_json::from_str(&list(&["--json"])).unwrap();
    assert!(json[0]["formerUrlUntil"].is_null(), "{json}");

    let key = household.key("kodi", "feed").trim().to_owned();
    assert_eq!(http.get_with(&household.url("/rss"), &[("x-api-key", &key)]).await.status, 200);
    let json: serde_json::Value = serde_json::from_str(&list(&["--json"])).unwrap();
    assert_eq!((&json[0]["key"], &json[1]["key"]), (&serde_json::Value::Null, &"kodi".into()));
    assert_eq!(household.answers(&["feed", "revoke", "kodi"]).0, 1, "it is revoked with its key");
    assert_eq!(household.answers(&["feed", "rotate", "kodi"]).0, 1);
    assert_eq!(household.answers(&["feed", "rotate", "client", "--hours", "99999"]).0, 2);
    assert!(service.stop());
}
