//! What browsers are told with every answer: pages, feeds, torrents, errors, refusals.

use grabfeed::web::routes::table;

use super::Running;
use crate::support::http::Reply;
use crate::support::service::Plan;

fn assert_common(reply: &Reply, of: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(reply.header(name), value, "{of}: {name}");
    }
    assert!(reply.header("permissions-policy").contains("camera=()"), "{of}");
    assert_ne!(reply.header("cache-control"), "", "{of}");
    for name in ["server", "x-powered-by", "access-control-allow-origin", "strict-transport-security"] {
        assert_eq!(reply.header(name), "", "{of}: {name}");
    }
    let policy = reply.header("content-security-policy");
    if reply.status == 304 {
        assert_eq!(policy, "", "{of}: it would replace the policy of what the client has");
    } else {
        assert!(policy.starts_with("default-src 'none';"), "{of}: {policy}");
        assert!(policy.contains("base-uri 'none'; frame-ancestors 'none'"), "{of}: {policy}");
        assert!(!policy.contains("unsafe"), "{of}: {policy}");
    }
    let content_type = reply.header("content-type");
    let referrer = if content_type.starts_with("text/html") { "same-origin" } else { "no-referrer" };
    assert_eq!(reply.header("referrer-policy"), referrer, "{of}");
    assert_eq!(content_type.is_empty(), reply.body.is_empty(), "{of}: {content_type}");
    if content_type.starts_with("text/") || content_type.contains("xml") {
        assert!(content_type.ends_with("; charset=utf-8"), "{of}: {content_type}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_headers_and_none_names_the_server() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    let paths = table().into_iter().map(|route| route.path.to_owned());
    let torrent = link.strip_prefix(&running.service.url).unwrap().to_owned();
    let json = feed.replace("rss.xml", "torrent.json");
    let more = ["/", "/nothing", "/static/nothing.js", "/ping?apikey=x"].map(str::to_owned);
    for path in paths.chain([feed.clone(), json, torrent]).chain(more) {
        for method in ["GET", "POST", "TRACE"] {
            for headers in [&[][..], &[("x-api-key", key.as_bytes())], &[("host", b"evil.example")]] {
                let reply = running.http.send(method, &running.url(&path), headers, "").await;
                assert_common(&reply, &format!("{method} {path} {}", reply.status));
            }
        }
    }
    let reply = running.http.get_with(&running.url(&feed), &[("if-none-match", "*")]).await;
    assert_eq!(reply.status, 304);
    assert_common(&reply, "an unchanged feed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_credentials_is_kept_by_nobody() {
    use grabfeed::auth::scope::Scope;
    use grabfeed::web::access::Access;

    let running = Running::usual().await;
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    // Clients keep a feed to ask whether it has changed; they are told to ask each time.
    let is_guarded = |access| match access {
        Access::Scope(scope) => scope != Scope::Feed,
        access => matches!(access, Access::Administrator | Access::Page),
    };
    for route in table().into_iter().filter(|route| is_guarded(route.access)) {
        for headers in [&[][..], &[("x-api-key", key.as_bytes())]] {
            let url = running.url(&route.path.replace(['{', '}'], ""));
            let reply = running.http.send(route.method.as_str(), &url, headers, "").await;
            assert_eq!(reply.header("cache-control"), "no-store", "{}", route.path);
            let vary = reply.header("vary");
            for name in ["Authorization", "Cookie", "Origin", "Sec-Fetch-Site", "X-Api-Key"] {
                assert!(vary.contains(name), "{}: {vary}", route.path);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn https_is_asked_for_only_where_it_was_used() {
    let running = Running::with(Plan::with("SERVER__TRUSTED_PROXIES", "127.0.0.1")).await;
    for path in ["/ping", "/metrics", "/nothing", "/f/x/rss.xml"] {
        for (proto, expected) in [("https", "max-age=31536000"), ("http", ""), ("", "")] {
            let reply = running.http.get_with(&running.url(path), &[("x-forwarded-proto", proto)]).await;
            assert_eq!(reply.header("strict-transport-security"), expected, "{path} {proto}");
        }
    }
    // Over TLS to the public address itself; what goes around it on plain HTTP is not told.
    let running = Running::with(Plan::with("SERVER__PUBLIC_URL", "https://feeds.example")).await;
    for (host, expected) in [("feeds.example", "max-age=31536000"), ("nas", ""), ("feeds.example:4722", "")] {
        let reply = running.http.get_with(&running.url("/metrics"), &[("host", host)]).await;
        assert_eq!(reply.header("strict-transport-security"), expected, "{host}");
    }
}
