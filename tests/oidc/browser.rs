//! A browser, as far as signing in goes: it keeps cookies of the service and follows redirects when told to.

use std::collections::BTreeMap;

use crate::support::http::{Http, Reply};

/// A browser with the service's cookies.
pub struct Browser {
    http: Http,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new() -> Self {
        Self { http: Http::new(), cookies: BTreeMap::new() }
    }

    /// Asks the service.
    pub async fn get(&mut self, url: &str) -> Reply {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let headers: &[_] = if cookies.is_empty() { &[] } else { &[("cookie", cookies.as_str())] };
        let reply = self.http.get_with(url, headers).await;
        for cookie in reply.headers.get_all("set-cookie") {
            let (pair, flags) = cookie.to_str().unwrap().split_once(';').unwrap();
            assert!(flags.contains("HttpOnly") && flags.contains("SameSite=Lax") && flags.contains("Path=/"));
            let (name, value) = pair.split_once('=').unwrap();
            if flags.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    /// Asks the provider, which gets none of the cookies; gives where it sends the browser.
    pub async fn ask_provider(&self, url: &str) -> String {
        let reply = self.http.get(url).await;
        assert_eq!(reply.status, 302, "{}", reply.text());
        reply.header("location").to_owned()
    }

    /// The whole way at this service, up to the address with which the browser comes back.
    pub async fn way_back(&mut self, service: &str) -> String {
        let reply = self.get(&format!("{service}/login/oidc")).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        self.ask_provider(reply.header("location")).await
    }

    pub fn has_cookie(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    /// Whether the service knows the person.
    pub async fn is_signed_in(&mut self, service: &str) -> bool {
        match self.get(&format!("{service}/api/v1/grabs")).await.status {
            200 => true,
            401 => false,
            status => panic!("{status}"),
        }
    }
}
