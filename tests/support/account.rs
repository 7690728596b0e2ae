//! The administrator's account, as tests sign in to it.

use grabfeed::auth::password::Passwords;
use grabfeed::store::{NewAdministrator, Store};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::http::{Http, Reply};

/// The account's name.
pub(crate) const NAME: &str = "Owner";
/// Its password.
pub(crate) const PASSWORD: &str = "test password of several words";

/// Makes the account, unless there is one.
pub(crate) async fn make(store: &Store) {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_init(async || Passwords::default().hash(PASSWORD.into()).await.unwrap()).await;
    let new = NewAdministrator { name: NAME.to_owned(), password_hash: hash.clone() };
    store.create_administrator(new, store.now().await.unwrap()).await.unwrap();
}

/// What a browser sends back for the session's cookie that an answer sets.
pub(crate) fn cookie_of(reply: &Reply) -> String {
    let is_of_session =
        |cookie: &String| cookie.starts_with("grabfeed=") || cookie.starts_with("__Host-grabfeed=");
    let mut found: Vec<String> = cookies_of(reply).into_iter().filter(is_of_session).collect();
    assert_eq!(found.len(), 1, "{}", reply.text());
    found.remove(0)
}

/// What a browser sends back for all the cookies that an answer sets.
pub(crate) fn cookies_of(reply: &Reply) -> Vec<String> {
    let all = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    all.map(|value| value.split(';').next().unwrap().to_owned()).collect()
}

/// The service at an address, as a page of its own asks it.
pub(crate) struct Page<'a> {
    /// What sends.
    pub http: &'a Http,
    /// `http://127.0.0.1:port`
    pub url: &'a str,
}

impl Page<'_> {
    /// Asks with this cookie, and our origin.
    pub(crate) async fn ask(&self, method: &str, path: &str, cookie: &str, body: &Value) -> Reply {
        let (origin, json) = (self.url.as_bytes(), b"application/json".as_slice());
        let headers = [("cookie", cookie.as_bytes()), ("origin", origin), ("content-type", json)];
        self.http.send(method, &format!("{}{path}", self.url), &headers, body.to_string()).await
    }

    /// The status of `GET` with this cookie.
    pub(crate) async fn status(&self, path: &str, cookie: &str) -> u16 {
        self.http.get_with(&format!("{}{path}", self.url), &[("cookie", cookie)]).await.status
    }

    /// Tries to sign in.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Reply {
        let body = json!({ "name": name, "password": password });
        self.http.post_json(&format!("{}/api/v1/session", self.url), &[], &body).await
    }
}
