//! Under which hosts the service answers, and what it believes of proxies, on every route.

use grabfeed::web::routes::table;

use super::{Running, items_of, raw};
use crate::support::service::Plan;

fn settings(settings: &[(&'static str, &str)]) -> Plan {
    let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Plan { settings, ..Plan::default() }
}

async fn status(running: &Running, path: &str, headers: &[(&str, &str)]) -> u16 {
    running.http.get_with(&running.url(path), headers).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_host_is_refused_on_every_route_but_health_probes() {
    let running = Running::usual().await;
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    let probes = ["/ping", "/health/live", "/health/ready"];
    for path in table().iter().map(|route| route.path).chain(["/", "/nothing", "/api/v1"]) {
        let headers = [("host", "evil.example"), ("x-api-key", &*key), ("accept-language", "en")];
        let reply = running.http.get_with(&running.url(path), &headers).await;
        if probes.contains(&path) {
            assert_eq!(reply.status, 200, "{path}");
        } else {
            assert_eq!((reply.status, &reply.json()["code"]), (421, &"bad-host".into()), "{path}");
            let title = reply.json()["title"].to_string();
            assert!(title.contains("server.public_url") && title.contains("server.allowed_hosts"), "{title}");
        }
    }
    for path in probes {
        for host in ["10.244.0.7:4722", "evil.example", "a b", ""] {
            assert_eq!(status(&running, path, &[("host", host)]).await, 200, "{path} {host}");
        }
    }
    for near in ["/ping/", "/health", "/health/live/x", "//ping"] {
        assert_eq!(status(&running, near, &[("host", "evil.example")]).await, 421, "{near}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_allowed_hosts_are_answered_if_there_is_a_list() {
    let plan = [("SERVER__ALLOWED_HOSTS", "nas.example"), ("SERVER__PUBLIC_URL", "https://feeds.example/x")];
    let running = Running::with(settings(&plan)).await;
    for (host, expected) in [
        ("NAS.example:80", 401),
        ("feeds.example", 401),
        ("localhost:4722", 401),
        ("127.0.0.1", 401),
        ("[::1]:4722", 401),
        ("evil.example", 421),
        ("nas.example.evil.example", 421),
        ("nas.local", 421),
        ("10.0.0.7", 421),
    ] {
        assert_eq!(status(&running, "/api/v1/grabs", &[("host", host)]).await, expected, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_one_host_and_a_target_that_names_one_counts_before_it() {
    let running = Running::usual().await;
    for (request, expected) in [
        ("GET /metrics HTTP/1.1\r\nhost: nas\r\nhost: nas\r\n", "400"),
        ("GET /metrics HTTP/1.1\r\n", "400"),
        ("GET /metrics HTTP/1.0\r\n", "400"),
        ("GET http://evil.example/metrics HTTP/1.1\r\nhost: nas\r\n", "421"),
        ("GET http://nas/metrics HTTP/1.1\r\nhost: evil.example\r\n", "401"),
        ("GET /metrics HTTP/1.1\r\nhost: nas\r\n", "401"),
    ] {
        let answer =
            raw(&running.service.url, format!("{request}connection: close\r\n\r\n").as_bytes()).await;
        assert_eq!(answer.split(' ').nth(1), Some(expected), "{request}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_name_what_a_trusted_proxy_says_and_nothing_that_a_stranger_says() {
    let said = [("x-forwarded-host", "nas.lan:8443"), ("x-forwarded-proto", "https")];
    let foreign = [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https")];
    let rfc = [("forwarded", "for=192.0.2.7;host=nas.lan;proto=https")];
    for (trusted, believed) in [("127.0.0.1", true), ("192.0.2.1", false)] {
        let plan = settings(&[("SERVER__TRUSTED_PROXIES", trusted)]);
        let (running, feed) = Running::with_one_item(plan).await;
        let ask = async |headers| running.http.get_with(&running.url(&feed), headers).await;
        let own = running.url("/d/");
        for (headers, proxied) in [(&said[..], "https://nas.lan:8443/d/"), (&rfc[..], "https://nas.lan/d/")] {
            let link = items_of(&ask(headers).await.body).remove(0).1;
            assert!(link.starts_with(if believed { proxied } else { &own }), "{link}");
        }
        let reply = ask(&foreign).await;
        if believed {
            assert_eq!(reply.status, 421);
        } else {
            assert!(items_of(&reply.body).remove(0).1.starts_with(&own));
        }
        // What one client was given is not what the next one gets.
        assert!(items_of(&ask(&[]).await.body).remove(0).1.starts_with(&own));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_https_changes_nothing_for_others_at_the_same_time() {
    let running = Running::with(settings(&[("SERVER__TRUSTED_PROXIES", "127.0.0.1")])).await;
    let (url, hsts) = (running.url("/ping"), "strict-transport-security");
    for _ in 0..20 {
        let (https, http) = tokio::join!(
            running.http.get_with(&url, &[("x-forwarded-proto", "https")]),
            running.http.get_with(&url, &[("x-forwarded-proto", "http")]),
        );
        assert_eq!((https.header(hsts), http.header(hsts)), ("max-age=31536000", ""));
    }
    let untrusting = Running::usual().await;
    let reply = untrusting.http.get_with(&untrusting.url("/ping"), &[("x-forwarded-proto", "https")]).await;
    assert_eq!(reply.header(hsts), "");
}
