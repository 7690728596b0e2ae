//! A browser, as far as signing in goes: it keeps the cookies of one place, and goes where it is told to.

use std::collections::BTreeMap;

use crate::support::http::{Http, Reply};

/// A browser with the cookies of one place.
pub(super) struct Browser {
    http: Http,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) fn new() -> Self {
        Self { http: Http::new(), cookies: BTreeMap::new() }
    }

    /// Asks the place.
    pub(super) async fn get(&mut self, url: &str) -> Reply {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let headers: &[_] = if cookies.is_empty() { &[] } else { &[("cookie", cookies.as_str())] };
        let reply = self.http.get_with(url, headers).await;
        for cookie in reply.headers.get_all("set-cookie") {
            let (pair, flags) = cookie.to_str().unwrap().split_once(';').unwrap();
            if pair.starts_with("grabfeed") {
                assert!(flags.contains("HttpOnly") && flags.contains("SameSite=Lax"), "{pair}; {flags}");
                assert!(flags.contains("Path=/;"), "{pair}; {flags}");
            }
            let (name, value) = pair.split_once('=').unwrap();
            if flags.contains("Max-Age=0") || flags.contains("expires=Thu, 01 Jan 1970") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    /// Asks the provider, which gets none of the cookies; gives where it sends the browser.
    pub(super) async fn ask_provider(&self, url: &str) -> String {
        let reply = self.http.get(url).await;
        assert_eq!(reply.status, 302, "{}", reply.text());
        reply.header("location").to_owned()
    }

    /// The whole way at this service, up to the address with which the browser comes back.
    pub(super) async fn way_back(&mut self, service: &str) -> String {
        let reply = self.get(&format!("{service}/login/oidc")).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        self.ask_provider(reply.header("location")).await
    }

    /// What the cookies hold.
    pub(super) fn cookie_values(&self) -> Vec<String> {
        self.cookies.values().cloned().collect()
    }

    pub(super) fn has_cookie(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    /// Whether the service knows the person.
    pub(super) async fn is_signed_in(&mut self, service: &str) -> bool {
        match self.get(&format!("{service}/api/v1/grabs")).await.status {
            200 => true,
            401 => false,
            status => panic!("{status}"),
        }
    }
}
