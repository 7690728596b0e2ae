//! Access holds over two processes on one PostgreSQL database, and over a restart: the built program, twice.

use std::time::Duration;

use grabfeed::ops::clock::Clock;
use grabfeed::store::OpenOptions;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::account::{self, NAME, PASSWORD, Page, cookie_of};
use crate::support::database::Home;
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::Service;
use crate::support::wait::until;

const WHO: &str = "/api/v1/session";
const GRABS: &str = "/api/v1/grabs";

/// Two replicas and the account.
struct Pair {
    homes: [Household; 2],
    running: [Service; 2],
    http: Http,
    /// Dropped last.
    database: Home,
}

impl Pair {
    async fn start() -> Self {
        let database = Home::postgres();
        account::make(&database.open(&Clock::system()).await).await;
        let OpenOptions::Postgres(url) = database.options() else { panic!() };
        let homes = [(); 2].map(|()| Household::new(&[("DATABASE__URL", url.expose_secret())]));
        let running = [homes[0].start().await, homes[1].start().await];
        Self { homes, running, http: Http::new(), database }
    }

    fn pages(&self) -> [Page<'_>; 2] {
        [0, 1].map(|number| Page { http: &self.http, url: &self.running[number].url })
    }

    /// What both answer to a `GET` of this path.
    async fn both(&self, path: &str, header: (&str, &str)) -> [u16; 2] {
        let get = async |number: usize| {
            self.http.get_with(&format!("{}{path}", self.running[number].url), &[header]).await.status
        };
        [get(0).await, get(1).await]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_one_replica_opens_the_other_until_it_ends_on_either() {
    let pair = Pair::start().await;
    let [first, second] = pair.pages();
    let cookies =
        [cookie_of(&first.sign_in(NAME, PASSWORD).await), cookie_of(&second.sign_in(NAME, PASSWORD).await)];
    for cookie in &cookies {
        assert_eq!(pair.both(WHO, ("cookie", cookie)).await, [200; 2]);
    }
    assert_eq!(second.ask("DELETE", WHO, &cookies[0], &Value::Null).await.status, 204);
    assert_eq!(pair.both(WHO, ("cookie", &cookies[0])).await, [401; 2], "signed out on the other");
    let third = cookie_of(&first.sign_in(NAME, PASSWORD).await);
    let ended = first.ask("DELETE", "/api/v1/sessions", &third, &Value::Null).await;
    assert_eq!(ended.json(), json!({ "ended": 1 }));
    assert_eq!(pair.both(WHO, ("cookie", &cookies[1])).await, [401; 2]);
    let change = json!({ "current": PASSWORD, "new": "another test password 123" });
    let changed = second.ask("PUT", "/api/v1/account/password", &third, &change).await;
    assert_eq!(changed.status, 204, "{}", changed.text());
    assert_eq!(pair.both(WHO, ("cookie", &third)).await, [401; 2]);
    assert_eq!(pair.both(WHO, ("cookie", &cookie_of(&changed))).await, [200; 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_opens_neither_replica_at_the_next_request() {
    let pair = Pair::start().await;
    let key = pair.homes[0].key("script", "read");
    let feed = pair.homes[0].feed("client");
    let feed = feed.split_once("/f/").map(|(_, rest)| format!("/f/{rest}")).unwrap();
    assert_eq!(pair.both(GRABS, ("x-api-key", &key)).await, [200; 2]);
    assert_eq!(pair.both(&feed, ("accept", "*/*")).await, [200; 2]);
    pair.homes[1].says(&["key", "revoke", "script"]);
    assert_eq!(pair.both(GRABS, ("x-api-key", &key)).await, [401; 2]);
    pair.homes[1].says(&["feed", "revoke", "client"]);
    assert_eq!(pair.both(&feed, ("accept", "*/*")).await, [404; 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_count_once_whichever_replica_sees_them() {
    let pair = Pair::start().await;
    let stranger = Http::from_address("127.0.0.9");
    let page = |number: usize| Page { http: &stranger, url: &pair.running[number % 2].url };
    let (mut tries, mut failures) = (0, 0);
    // Eight failures ask for four seconds: each replica by itself would need as many.
    until("a wait of four seconds begins", Duration::from_mins(1), async || {
        tries += 1;
        let reply = page(tries).sign_in(NAME, "wrong").await;
        failures += u32::from(reply.status == 401);
        let wait: u64 = reply.header("retry-after").parse().unwrap_or(0);
        (wait >= 3).then_some(())
    })
    .await;
    assert!((8..=9).contains(&failures), "{failures}");
    for number in 0..2 {
        assert_eq!(page(number).sign_in(NAME, PASSWORD).await.status, 429, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_ends_no_session() {
    let Pair { homes, running: [first, second], http, database: _database } = Pair::start().await;
    let cookie = cookie_of(&Page { http: &http, url: &first.url }.sign_in(NAME, PASSWORD).await);
    assert!(first.stop() && second.stop());
    for home in homes {
        let service = home.start().await;
        assert_eq!(Page { http: &http, url: &service.url }.status(WHO, &cookie).await, 200);
    }
}
