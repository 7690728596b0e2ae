//! What the session's cookie, which a browser sends by itself, is good for and what not (C38, C39).

use grabfeed::web::access::{Access, guard::is_unsafe};
use grabfeed::web::routes::{Route, table};

use super::Running;

/// Routes to which a signed-in browser's cookie opens the door.
pub(super) fn opened_by_cookie() -> impl Iterator<Item = Route> {
    table()
        .into_iter()
        .filter(|route| matches!(route.access, Access::Scope(_) | Access::Administrator | Access::Page))
}

pub(super) fn concrete(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "1".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_another_site_acts_with_the_persons_cookie() {
    let running = Running::usual().await;
    let cookie = running.begin_session().await;
    for route in opened_by_cookie().filter(|route| is_unsafe(&route.method)) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("referer", "http://evil.example/"),
            ("x-nothing", "that a browser would add"),
        ] {
            let headers = [("cookie", cookie.as_bytes()), (name, value.as_bytes())];
            let url = running.url(&concrete(route.path));
            let reply = running.http.send(route.method.as_str(), &url, &headers, "").await;
            let what = format!("{} {} {name}: {value}", route.method, route.path);
            assert_eq!((reply.status, &reply.json()["code"]), (403, &"cross-site".into()), "{what}");
        }
    }
    // As a browser of the household sends it, over plain HTTP; each with a session of its own, since one may end it.
    for route in opened_by_cookie().filter(|route| is_unsafe(&route.method)) {
        let cookie = running.begin_session().await;
        let headers = [("cookie", cookie.as_bytes()), ("origin", running.service.url.as_bytes())];
        let url = running.url(&concrete(route.path));
        let reply = running.http.send(route.method.as_str(), &url, &headers, "").await;
        let what = format!("{} {} {}", route.method, route.path, reply.status);
        assert!(reply.status != 401 && !reply.text().contains("cross-site"), "{what}");
    }
    // What only reads is not asked for where it comes from: the other site cannot read the answer.
    let cookie = running.begin_session().await;
    let headers = [("cookie", &*cookie), ("sec-fetch-site", "cross-site")];
    assert_eq!(running.http.get_with(&running.url("/api/v1/grabs"), &headers).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_a_key_is_judged_by_it_and_never_helped_by_the_cookie() {
    let running = Running::usual().await;
    let (cookie, other_scope) = (running.begin_session().await, running.key("webhook").await);
    let url = running.url("/api/v1/grabs");
    let bearer = format!("Bearer {other_scope}");
    for (header, status) in [
        (("x-nothing", ""), 200),
        (("x-api-key", "wrong"), 401),
        (("x-api-key", ""), 401),
        (("authorization", "Bearer wrong"), 401),
        (("authorization", ""), 401),
        (("x-api-key", &*other_scope), 403),
        (("authorization", &*bearer), 403),
    ] {
        let reply = running.http.get_with(&url, &[("cookie", &*cookie), header]).await;
        assert_eq!(reply.status, status, "{header:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_only_read_changes_nothing() {
    let running = Running::usual().await;
    let cookie = running.begin_session().await;
    running.home.rest(&running.service).await;
    let mut asked = 0;
    for route in opened_by_cookie().filter(|route| !is_unsafe(&route.method)) {
        let url = running.url(&concrete(route.path));
        // It changes whenever another connection has changed anything.
        let version = running.home.count("PRAGMA data_version").await;
        for method in ["GET", "HEAD", "OPTIONS"] {
            for _ in 0..2 {
                running.http.send(method, &url, &[("cookie", cookie.as_bytes())], "").await;
                asked += 1;
            }
        }
        assert_eq!(running.home.count("PRAGMA data_version").await, version, "{}", route.path);
    }
    assert!(asked >= 12);
    let version = running.home.count("PRAGMA data_version").await;
    running.key("read").await;
    assert_ne!(running.home.count("PRAGMA data_version").await, version, "a change would have been seen");
}
