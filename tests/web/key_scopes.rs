//! API keys: what each scope opens, and in which headers a key may come.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use grabfeed::auth::scope::Scope;
use grabfeed::web::access::Access;
use grabfeed::web::routes::table;

use super::Running;
use crate::support::service::Plan;

/// The path with the names of things that are not there.
fn concrete(path: &str) -> String {
    path.replace("{id}", "999999").replace("{infohash}", &"ab".repeat(20)).replace("{name}", "nobody")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_scope_opens_its_own_routes_and_no_other() {
    let running = Running::usual().await;
    let mut opened = 0;
    for scope in Scope::ALL {
        let key = running.key(scope.as_str()).await;
        for route in table() {
            let Access::Scope(needed) = route.access else { continue };
            let url = running.url(&concrete(route.path));
            let method = route.method.as_str();
            let reply = running.http.send(method, &url, &[("x-api-key", key.as_bytes())], "").await;
            if reply.status == 403 {
                assert_ne!(needed, scope, "{method} {}", route.path);
            } else {
                assert_eq!(needed, scope, "{method} {}: {}", route.path, reply.status);
                assert!([200, 202, 204, 400, 404, 415].contains(&reply.status), "{}", reply.status);
                opened += 1;
            }
        }
    }
    let routes = table().iter().filter(|route| matches!(route.access, Access::Scope(_))).count();
    assert_eq!(opened, routes, "each route is opened by exactly one scope");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_opens_what_is_for_the_administrator_and_a_session_opens_what_keys_open() {
    let running = Running::usual().await;
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    for route in table() {
        let (url, method) = (running.url(&concrete(route.path)), route.method.as_str());
        let cookie = running.begin_session().await;
        let signed_in = [("cookie", cookie.as_bytes()), ("sec-fetch-site", b"same-origin".as_slice())];
        match route.access {
            Access::Administrator => {
                let reply = running.http.send(method, &url, &[("x-api-key", key.as_bytes())], "").await;
                assert_eq!(reply.status, 401, "{method} {}", route.path);
            }
            Access::Scope(scope) => {
                let reply = running.http.send(method, &url, &signed_in, "").await;
                if reply.status == 403 && scope == Scope::Feed {
                    // A look of the owner's would count as a poll of some client.
                    assert_eq!(reply.json()["code"], "key-needed", "{}", route.path);
                    continue;
                }
                assert!(![401, 403].contains(&reply.status), "{method} {}: {}", route.path, reply.status);
                // A wrong key is judged by itself, whatever cookie comes along.
                let both = [signed_in[0], signed_in[1], ("x-api-key", b"gfk_wrong".as_slice())];
                let status = running.http.send(method, &url, &both, "").await.status;
                assert!([401, 429].contains(&status), "{}: {status}", route.path);
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_comes_in_a_header_bearer_or_basic() {
    let running = Running::usual().await;
    let key = running.key("metrics").await;
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let upper = key.to_uppercase();
    for (name, value, status) in [
        ("x-api-key", key.clone(), 200),
        ("authorization", format!("Bearer {key}"), 200),
        ("authorization", format!("bearer {key}"), 200),
        ("authorization", basic(&format!("prometheus:{key}")), 200),
        ("authorization", basic(&format!(":{key}")), 200),
        ("authorization", basic(&format!("{key}:")), 401),
        ("authorization", key.clone(), 401),
        ("authorization", format!("Digest {key}"), 401),
        ("authorization", "Basic !!!".to_owned(), 401),
        ("x-api-key", String::new(), 401),
        ("x-api-key", upper, 401),
        ("x-api-key", format!("{key}x"), 401),
        ("x-api-key", "x".repeat(5000), 401),
        ("cookie", format!("apikey={key}"), 401),
    ] {
        let reply = running.http.get_with(&running.url("/metrics"), &[(name, &value)]).await;
        assert_eq!(reply.status, status, "{name}: {value}");
        assert!(status == 200 || !reply.text().contains(&key), "a refusal gives nothing back");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_in_the_url_is_refused_even_beside_a_right_header() {
    let running = Running::usual().await;
    let key = running.key("read").await;
    for name in ["apikey", "apiKey", "API_KEY", "api_key", "token", "key", "%61pikey"] {
        for headers in [&[][..], &[("x-api-key", &*key)][..]] {
            let url = running.url(&format!("/api/v1/grabs?page=1&{name}={key}"));
            let reply = running.http.get_with(&url, headers).await;
            assert_eq!((reply.status, &reply.json()["code"]), (401, &"key-in-query".into()), "{name}");
            assert!(reply.json()["title"].as_str().unwrap().contains("X-Api-Key"));
        }
    }
    assert_eq!(
        running.http.get_with(&running.url("/api/v1/grabs?page=1"), &[("x-api-key", &key)]).await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_opens_nothing_at_the_next_request() {
    let running = Running::usual().await;
    let key = running.key("read").await;
    let url = running.url("/api/v1/grabs");
    assert_eq!(running.http.get_with(&url, &[("x-api-key", &key)]).await.status, 200);
    let name = running.home.store.keys().await.unwrap().remove(0).name;
    assert!(crate::support::keys::revoke_named(&running.home.store, &name, running.home.now().await).await);
    assert_eq!(running.http.get_with(&url, &[("x-api-key", &key)]).await.status, 401);
}

/// Whoever may make a feed reaches the torrents in it, so that belongs to those who settle things.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_scope_but_feed_and_admin_reaches_the_bytes_of_a_torrent_or_a_passkey() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    let torrent = running.http.get(&link).await.body;
    let infohash = hex::encode(grabfeed::fetch::verify::verify(&torrent).unwrap().v1.unwrap());
    let key = running.key("read,write,metrics,webhook").await;
    let holds = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    for route in table() {
        let path =
            route.path.replace("{id}", "1").replace("{infohash}", &infohash).replace("{name}", "radarr");
        let (method, url) = (route.method.as_str(), running.url(&path));
        let body = r#"{"name":"mine"}"#;
        let headers: [(&str, &[u8]); 2] =
            [("x-api-key", key.as_bytes()), ("content-type", b"application/json")];
        let reply = running.http.send(method, &url, &headers, body).await;
        let secret = [b"test-passkey".as_slice(), &torrent[..40.min(torrent.len())], b"/f/gff_"];
        for wanted in secret {
            assert!(!holds(&reply.body, wanted), "{method} {path}: {}", reply.text());
        }
    }
    assert_eq!(running.home.count("SELECT COUNT(*) FROM feed").await, 1, "no feed was made");
    assert_eq!(running.http.get(&running.url(&feed)).await.status, 200, "and none was revoked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_are_made_changed_and_ended_by_administrators_only() {
    let running = Running::usual().await;
    let (writer, admin) = (running.key("read,write").await, running.key("admin").await);
    for (method, path, body) in [
        ("POST", "/api/v1/feeds", r#"{"name":"mine"}"#),
        ("POST", "/api/v1/feeds/1/rotate", ""),
        ("DELETE", "/api/v1/feeds/1", ""),
    ] {
        for (key, opens) in [(&writer, false), (&admin, true)] {
            let headers: [(&str, &[u8]); 2] =
                [("x-api-key", key.as_bytes()), ("content-type", b"application/json")];
            let reply = running.http.send(method, &running.url(path), &headers, body).await;
            assert_eq!(reply.status != 403, opens, "{method} {path}: {}", reply.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_keys_in_one_request_are_no_key() {
    let running = Running::usual().await;
    let key = running.key("read,metrics").await;
    let url = running.url("/api/v1/grabs");
    let bearer = format!("Bearer {key}");
    for headers in [
        [("x-api-key", key.as_bytes()), ("x-api-key", b"test-key-other".as_slice())],
        [("x-api-key", b"test-key-other".as_slice()), ("x-api-key", key.as_bytes())],
        [("x-api-key", key.as_bytes()), ("x-api-key", key.as_bytes())],
        [("authorization", bearer.as_bytes()), ("authorization", bearer.as_bytes())],
    ] {
        assert_eq!(running.http.send("GET", &url, &headers, "").await.status, 401, "{headers:?}");
    }
    assert_eq!(running.http.get_with(&url, &[("x-api-key", &key)]).await.status, 200);
}
