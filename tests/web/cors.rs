//! Which other sites' pages may read the API.

use super::Running;
use crate::support::http::Reply;
use crate::support::service::Plan;

const ALLOWED: &str = "https://dashboard.example";
const API: &str = "/api/v1/grabs";

async fn preflight(running: &Running, path: &str, origin: &str) -> Reply {
    let headers = [
        ("origin", origin.as_bytes()),
        ("access-control-request-method", b"GET"),
        ("access-control-request-headers", b"x-api-key"),
    ];
    running.http.send("OPTIONS", &running.url(path), &headers, "").await
}

fn told(reply: &Reply) -> Vec<&str> {
    let names = reply.headers.keys().map(reqwest::header::HeaderName::as_str);
    names.filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_list_nobody_is_told_anything() {
    let running = Running::usual().await;
    let key = running.key("read").await;
    for path in [API, "/ping", "/metrics", "/"] {
        assert_eq!(told(&preflight(&running, path, ALLOWED).await), [""; 0], "{path}");
        let headers = [("origin", ALLOWED), ("x-api-key", &*key)];
        assert_eq!(told(&running.http.get_with(&running.url(path), &headers).await), [""; 0], "{path}");
    }
    assert_eq!(preflight(&running, API, ALLOWED).await.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listed_origin_reads_the_api_with_a_key_of_its_own_and_nothing_else() {
    for base in ["", "/grab"] {
        let settings = [
            ("CORS__ALLOW_ORIGINS", "https://dashboard.example,http://nas:8080"),
            ("SERVER__URL_BASE", base),
        ];
        let settings = settings.map(|(name, value)| (name, value.to_owned())).into();
        let running = Running::with(Plan { settings, ..Plan::default() }).await;
        let key = running.key("read").await;
        let api = format!("{base}{API}");
        for origin in [ALLOWED, "http://nas:8080"] {
            let reply = preflight(&running, &api, origin).await;
            assert_eq!(reply.status, 200, "before any credentials");
            assert_eq!(reply.header("access-control-allow-origin"), origin);
            assert_eq!(reply.header("access-control-allow-methods"), "GET,POST,PUT,PATCH,DELETE");
            assert_eq!(reply.header("access-control-allow-headers"), "authorization,content-type,x-api-key");
            assert_eq!(reply.header("access-control-allow-credentials"), "");
            for (key, status) in [(&*key, 200), ("wrong", 401)] {
                let headers = [("origin", origin), ("x-api-key", key)];
                let reply = running.http.get_with(&running.url(&api), &headers).await;
                assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, origin));
                let mut vary = reply.headers.get_all("vary").into_iter().map(|value| value.to_str().unwrap());
                assert!(vary.any(|value| value.to_lowercase().contains("origin")));
                assert_eq!(reply.header("access-control-allow-credentials"), "");
            }
        }
        for path in ["/ping", "/metrics", "/f/x/rss.xml", "/hooks/radarr", "/", "/api/v1", "/api/v2/grabs"] {
            let reply = preflight(&running, &format!("{base}{path}"), ALLOWED).await;
            assert_eq!(told(&reply), [""; 0], "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_is_matched_whole() {
    let running = Running::with(Plan::with("CORS__ALLOW_ORIGINS", ALLOWED)).await;
    let key = running.key("read").await;
    for origin in [
        "https://evil.example",
        "null",
        "*",
        "",
        "https://dashboard.example.evil.example",
        "https://dashboard.examplevil",
        "https://evildashboard.example",
        "https://evil.dashboard.example",
        "https://dashboard.example.",
        "http://dashboard.example",
        "https://dashboard.example:8443",
        "https://dashboard.example:443",
        "https://dashboard.example/",
        "https://Dashboard.example",
        "https://dashboard.example, https://evil.example",
        "https://dashboard.example@evil.example",
        "https://dashboardxexample",
    ] {
        let headers = [("origin", origin), ("x-api-key", &*key)];
        let got = running.http.get_with(&running.url(API), &headers).await;
        assert_eq!((got.status, got.header("access-control-allow-origin")), (200, ""), "{origin}");
        let asked = preflight(&running, API, origin).await;
        assert_eq!(asked.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_for_a_foreign_host_is_refused_like_all_else() {
    let running = Running::with(Plan::with("CORS__ALLOW_ORIGINS", ALLOWED)).await;
    let headers = [("host", &b"evil.example"[..]), ("origin", ALLOWED.as_bytes())];
    let reply = running.http.send("OPTIONS", &running.url(API), &headers, "").await;
    assert_eq!((reply.status, told(&reply).len()), (421, 0));
}
