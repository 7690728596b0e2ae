//! Default deny, swept over the one table of routes, and the one shape of refusals.

use grabfeed::web::access::Access;
use grabfeed::web::routes::table;

use super::Running;

/// The path with something plausible for each parameter.
fn concrete(path: &str) -> String {
    path.replace("{app}", "radarr")
        .replace("{feed}", "Ab3dEf6hIj9l")
        .replace("{mac}", &"0".repeat(32))
        .replace("{file}", &format!("{}.torrent", "ab".repeat(20)))
        .replace("{token}", "not-a-token")
        .replace("{id}", "1")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_only_public_routes_answer() {
    let running = Running::usual().await;
    let routes = table();
    assert!(routes.len() >= 9);
    let public = |method: &str, path: &str| {
        let method = if method == "HEAD" { "GET" } else { method };
        table().iter().any(|route| {
            route.path == path && route.method == method && route.access == Access::Public
        })
    };
    for route in routes {
        let url = running.url(&concrete(route.path));
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let status = running.http.send(method, &url, &[], "").await.status;
            let expected: &[u16] =
                if public(method, route.path) { &[200] } else { &[401, 404, 405, 429] };
            assert!(expected.contains(&status), "{method} {}: {status}", route.path);
        }
        // 405 is for methods that the route has not; this one it has.
        let reply = running.http.send(route.method.as_str(), &url, &[], "").await;
        assert_ne!(reply.status, 405, "{}", route.path);
        let answers = matches!(reply.status, 200 | 415);
        assert_eq!(answers, route.access == Access::Public, "{} {}", route.method, route.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_table_needs_credentials_that_nobody_has() {
    let running = Running::usual().await;
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    for path in [
        "/",
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
        "/health",
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
        assert!(reply.header("www-authenticate").starts_with("Basic "));
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
