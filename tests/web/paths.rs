//! Paths are matched as they were sent, once, whole: nothing is resolved, decoded twice, folded or guessed (C2, C65).

use super::{Running, raw};

async fn status(running: &Running, method: &str, target: &str) -> String {
    let request = format!("{method} {target} HTTP/1.1\r\nhost: nas\r\nconnection: close\r\n\r\n");
    let answer = raw(&running.service.url, request.as_bytes()).await;
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spelling_of_a_path_slips_past_its_guard_or_reaches_an_open_route() {
    let running = Running::usual().await;
    assert_eq!(status(&running, "GET", "/ping").await, "200");
    for target in [
        "/ping/",
        "/ping/.",
        "/./ping",
        "//ping",
        "/PING",
        "/Ping",
        "/ping;x",
        "/ping;x=1",
        "/ping%00",
        "/ping%20",
        "/ping%2f",
        "/ping.json",
        "/pingX",
        "/%70ing",
        "/x/../ping",
        "/ping/../metrics",
        "/ping/..%2fmetrics",
        "/ping/%2e%2e/metrics",
        "/ping/..;/metrics",
        "/ping\\..\\metrics",
        "/login/../api/v1/grabs",
        "/login/..%2fapi/v1/grabs",
        "/health/live/../../api/v1/grabs",
        "//api/v1/grabs",
        "/api//v1/grabs",
        "/api/v1/grabs/",
        "/api/v1/grabs;x",
        "/api/v1/grabs%2f",
        "/api/v1%2fgrabs",
        "/%2e%2e/api/v1/grabs",
        "/%2e%2e/",
        "/..",
        "/API/v1/grabs",
        "/LOGIN",
        "/loginX",
        "/f/..%2f..%2fmetrics/rss.xml/x",
        "/%",
        "/%zz",
        "/%c0%ae%c0%ae/",
        "*",
    ] {
        let found = status(&running, "GET", target).await;
        assert!(matches!(&*found, "401" | "400" | "404"), "{target}: {found}");
    }
    for target in ["/metrics", "/api/v1/grabs", "http://nas/metrics", "/metrics?/ping", "/metrics#/ping"] {
        let found = status(&running, "GET", target).await;
        assert!(matches!(&*found, "401" | "400"), "{target}: {found}");
    }
    // A parameter is one segment, decoded once.
    for target in ["/f/a%2fb/rss.xml", "/f/%2e%2e/rss.xml", "/d/a/b/..%2f..%2fx.torrent", "/f//rss.xml"] {
        let found = status(&running, "GET", target).await;
        assert!(matches!(&*found, "401" | "404"), "{target}: {found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_path_takes_its_methods_only_and_no_folder_is_listed() {
    let running = Running::usual().await;
    for method in [
        "TRACE", "TRACK", "DEBUG", "PROPFIND", "MOVE", "CONNECT", "get", "X-METHOD", "POST", "DELETE",
        "OPTIONS",
    ] {
        for path in ["/ping", "/metrics", "/api/v1/grabs"] {
            let found = status(&running, method, path).await;
            // A target that is a path is none for CONNECT.
            assert!(found == "405" || (method == "CONNECT" && found == "400"), "{method} {path}: {found}");
        }
    }
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    for path in [
        "/f/",
        "/d/",
        "/hooks/",
        "/api/",
        "/static/",
        "/assets/",
        "/torrents/",
        "/.git/HEAD",
        "/.git/config",
        "/.env",
        "/debug",
        "/debug/pprof",
        "/server-status",
        "/actuator",
        "/app.js.map",
        "/swagger",
        "/backup.sql",
        "/settings.yml",
        "/grabfeed.db",
    ] {
        let reply = running.http.get_with(&running.url(path), &[("x-api-key", &key)]).await;
        assert!(matches!(reply.status, 401 | 404), "{path}: {}", reply.status);
    }
}
