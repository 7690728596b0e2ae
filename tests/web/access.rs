//! Default deny, swept over the one table of routes, and the one shape of refusals.

use std::collections::BTreeSet;

use grabfeed::web::access::Access;
use grabfeed::web::routes::{Route, table};

use super::Running;

/// The path with something plausible for each parameter.
fn concrete(path: &str) -> String {
    path.replace("{app}", "radarr")
        .replace("{feed}", "Ab3dEf6hIj9l")
        .replace("{mac}", &"0".repeat(32))
        .replace("{file}", &format!("{}.torrent", "ab".repeat(20)))
        .replace("{token}", "not-a-token")
        .replace("{tracker}", "Alpha")
        .replace("{id}", "1")
        .replace("{tracker}", "alpha")
        .replace("{infohash}", &"ab".repeat(20))
        .replace("{name}", "radarr")
}

/// Every route that asks for nothing: a route that is not in this list and not guarded does not come in unseen. Of each,
/// what it answers to a stranger who sends nothing.
const PUBLIC: [(&str, &str, u16); 13] = [
    ("GET", "/login", 200),
    ("POST", "/login", 415),
    ("GET", "/login/oidc", 404), // not configured
    ("GET", "/login/oidc/callback", 404),
    ("GET", "/static/app.css", 200),
    ("GET", "/static/icon.svg", 200),
    ("GET", "/ping", 200),
    ("GET", "/health", 200),
    ("GET", "/health/live", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/api/v1/setup", 200),
    ("POST", "/api/v1/session", 415),
    ("GET", "/api/v1/openapi.json", 200),
];

#[test]
fn the_public_routes_are_those_that_were_decided_on() {
    let public = |route: &Route| route.access == Access::Public;
    let known: BTreeSet<_> = PUBLIC.map(|(method, path, _)| (method.to_owned(), path)).into();
    let found = table().into_iter().filter(public).map(|route| (route.method.to_string(), route.path));
    assert_eq!(found.collect::<BTreeSet<_>>(), known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_only_public_routes_answer() {
    let running = Running::usual().await;
    running.make_account().await;
    for route in table() {
        let url = running.url(&concrete(route.path));
        let method = route.method.as_str();
        let reply = running.http.send(method, &url, &[], "").await;
        match PUBLIC.iter().find(|(known, path, _)| (*known, *path) == (method, route.path)) {
            Some((.., status)) => assert_eq!(reply.status, *status, "{method} {}", route.path),
            None if route.access == Access::Page => {
                let to = reply.header("location");
                assert_eq!((reply.status, to.starts_with("/login")), (303, true), "{}", route.path);
            }
            None => {
                assert!([401, 404, 429].contains(&reply.status), "{method} {}: {}", route.path, reply.status);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_method_that_no_route_has_opens_nothing() {
    let running = Running::usual().await;
    running.make_account().await;
    let paths: BTreeSet<_> = table().iter().map(|route| route.path).collect();
    for path in paths {
        let of_path: Vec<_> = table().into_iter().filter(|route| route.path == path).collect();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let same = |route: &Route| route.method == method || method == "HEAD" && route.method == "GET";
            if of_path.iter().any(same) {
                continue;
            }
            let status = running.http.send(method, &running.url(&concrete(path)), &[], "").await.status;
            assert!([401, 404, 405].contains(&status), "{method} {path}: {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_table_needs_credentials_that_nobody_has() {
    let running = Running::usual().await;
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    for path in [
        "/index.html",
        "/.git/config",
        "/.env",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/grabs/",
        "/API/v1/grabs",
        "//api/v1/grabs",
        "/ping/",
        "/f",
        "/f/x",
        "/d/x/y",
        "/hooks",
        "/hooks/",
        "/hooks/radarr/x",
        "/debug",
        "/torrents",
        "/..%2f..%2fetc/passwd",
        "/%00",
        "/%ff",
    ] {
        for headers in [&[][..], &[("x-api-key", key.as_bytes())][..]] {
            let reply = running.http.send("GET", &running.url(path), headers, "").await;
            assert_eq!(reply.status, 401, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_is_open_to_get_and_head_and_tells_no_more() {
    let running = Running::usual().await;
    for (path, body) in [
        ("/ping", r#"{"status":"OK"}"#),
        ("/health", r#"{"status":"ok"}"#),
        ("/health/live", r#"{"status":"live"}"#),
        ("/health/ready", r#"{"status":"ready"}"#),
    ] {
        let reply = running.http.get(&running.url(path)).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, body));
        let head = running.http.send("HEAD", &running.url(path), &[], "").await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(reply.header("server"), "", "no name, no version");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_has_the_one_shape_in_the_askers_language() {
    let running = Running::usual().await;
    let french = "Identification requise";
    for (asked, words) in [
        ("en", "Credentials required"),
        ("en-GB,fr;q=0.5", "Credentials required"),
        ("de, fr;q=0.3, en;q=0.2", french),
        ("fr-CA", french),
        ("", french),
        ("de", french),
        (&"x,".repeat(2000), french),
    ] {
        let url = running.url("/api/v1/grabs");
        let reply = running.http.get_with(&url, &[("accept-language", asked)]).await;
        assert_eq!(reply.status, 401);
        assert_eq!(reply.header("content-type"), "application/problem+json; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(
            reply.header("www-authenticate"),
            "",
            "a browser would ask the person for a password of its own"
        );
        let json = reply.json();
        assert_eq!((&json["status"], &json["code"]), (&401.into(), &"unauthorized".into()));
        assert_eq!(json["requestId"], reply.header("x-request-id"));
        assert!(json["title"].as_str().unwrap().contains(words), "{asked}: {json}");
    }
    for (path, method, code, status) in [
        ("/f/x/rss.xml", "GET", "not-found", 404),
        ("/ping", "DELETE", "method-not-allowed", 405),
        ("/nothing", "GET", "unauthorized", 401),
    ] {
        let reply = running.http.send(method, &running.url(path), &[], "").await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &code.into()), "{path}");
    }
}
