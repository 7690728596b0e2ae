//! Signing in by a proxy's header (C15): over a connection from a trusted proxy, and over no other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use grabfeed::web::access::guard::is_unsafe;

use super::Running;
use super::ambient::{concrete, opened_by_cookie};
use crate::support::service::Plan;

const GRABS: &str = "/api/v1/grabs";

/// A service that believes `Remote-User: me` of the proxies at these addresses.
async fn believing(proxies: &str) -> Running {
    let mut plan = Plan::with("AUTH__PROXY_HEADER", "Remote-User");
    plan.settings.push(("AUTH__PROXY_USERS", "me,other".to_owned()));
    plan.settings.push(("SERVER__TRUSTED_PROXIES", proxies.to_owned()));
    Running::with(plan).await
}

/// The status with these headers.
async fn status(running: &Running, path: &str, headers: &[(&str, &str)]) -> u16 {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    running.http.send("GET", &running.url(path), &headers, "").await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_comes_directly_is_nobody() {
    // The tests ask from 127.0.0.1.
    for running in [believing("10.0.0.0/8, 127.0.0.2").await, Running::usual().await] {
        for headers in [
            &[("remote-user", "me")][..],
            &[("remote-user", "me"), ("x-forwarded-for", "10.0.0.1")],
            &[("remote-user", "me"), ("x-forwarded-for", "127.0.0.2"), ("forwarded", "for=10.0.0.1")],
            &[("x-forwarded-user", "me"), ("x-remote-user", "me")],
        ] {
            assert_eq!(status(&running, GRABS, headers).await, 401, "{headers:?}");
            assert_eq!(status(&running, "/metrics", headers).await, 401, "{headers:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxys_header_is_the_administrator_if_it_names_a_listed_user_once() {
    let running = believing("127.0.0.1").await;
    for (headers, expected) in [
        (&[("remote-user", "me")][..], 200),
        (&[("Remote-User", "other")], 200),
        (&[], 401),
        (&[("remote-user", "")], 401),
        (&[("remote-user", "you")], 401),
        (&[("remote-user", "ME")], 401),
        (&[("remote-user", "me, you")], 401),
        (&[("remote-user", "me"), ("remote-user", "me")], 401),
        (&[("remote-user", "you"), ("remote-user", "me")], 401),
        (&[("remote_user", "me")], 401),
        (&[("x-forwarded-user", "me")], 401),
    ] {
        for path in [GRABS, "/metrics"] {
            assert_eq!(status(&running, path, headers).await, expected, "{headers:?}");
        }
    }
    assert_eq!(
        running.home.count("SELECT COUNT(*) FROM session").await,
        0,
        "every request stands for itself"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_wins_over_the_proxys_word() {
    let running = believing("127.0.0.1").await;
    let key = running.key("metrics").await;
    let (wrong, somebody_elses) = ("Bearer wrong", format!("Basic {}", STANDARD.encode("me:wrong")));
    for (header, value, grabs, metrics) in [
        ("x-api-key", key.as_str(), 403, 200),
        ("x-api-key", "wrong", 401, 401),
        ("authorization", wrong, 401, 401),
        // Where Basic is not taken it is the proxy's own, which asked for a password.
        ("authorization", &somebody_elses, 200, 401),
    ] {
        let headers = [("remote-user", "me"), (header, value)];
        assert_eq!(status(&running, GRABS, &headers).await, grabs, "{header}");
        assert_eq!(status(&running, "/metrics", &headers).await, metrics, "{header}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxys_word_opens_no_secret_of_a_feed_or_webhook() {
    let running = believing("127.0.0.1").await;
    let headers = [("remote-user", "me")];
    assert_eq!(status(&running, "/f/not-a-token/rss.xml", &headers).await, 404);
    let url = running.url("/hooks/radarr");
    assert_eq!(running.http.send("POST", &url, &[("remote-user", b"me")], "{}").await.status, 401);
}

/// The proxy adds its word to whatever the browser is made to ask.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_another_site_acts_by_the_proxys_word() {
    let running = believing("127.0.0.1").await;
    for route in opened_by_cookie().filter(|route| is_unsafe(&route.method)) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://evil.example"),
            ("x-nothing", "that a browser would add"),
        ] {
            let headers = [("remote-user", &b"me"[..]), (name, value.as_bytes())];
            let url = running.url(&concrete(route.path));
            let reply = running.http.send(route.method.as_str(), &url, &headers, "").await;
            let what = format!("{} {} {name}: {value}", route.method, route.path);
            assert_eq!((reply.status, &reply.json()["code"]), (403, &"cross-site".into()), "{what}");
        }
    }
}
