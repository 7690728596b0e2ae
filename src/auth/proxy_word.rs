//! What we believe of a proxy that names the person who has signed in to it.
//!
//! Owns: the judgement of its word, and what the log says of it. The word counts only over a connection from a trusted
//! proxy, if there is exactly one of it, and if the name is listed. Must not know: requests, and which proxies are trusted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracing::{info, warn};

use super::source::Source;
use crate::domain::time::Ts;

/// How sessions and the log call this way of signing in.
const METHOD: &str = "proxy";
/// How often the log says the same of the same network: a proxy repeats its word with every request.
const LOGGED_EVERY: Duration = Duration::from_hours(1);
/// How many networks are remembered for that.
const MOST_REMEMBERED: usize = 1000;

/// Judges the word of proxies.
#[derive(Debug)]
pub struct ProxyWord {
    header: String,
    users: Vec<String>,
    logged: Mutex<HashMap<(String, &'static str), Ts>>,
}

impl ProxyWord {
    /// From `auth.proxy_header` and `auth.proxy_users`. `None`: no header is believed.
    pub fn new(header: Option<&str>, users: &[String]) -> Option<Self> {
        let header = header?.to_owned();
        Some(Self { header, users: users.to_vec(), logged: Mutex::default() })
    }

    /// The name of the header.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Whether the proxy vouches for the administrator. `words`: every value of the header, one at least.
    pub fn vouches(&self, words: &[&[u8]], by_trusted_proxy: bool, source: Source, now: Ts) -> bool {
        let judged = self.judge(words, by_trusted_proxy);
        if self.is_new(source, judged.err().unwrap_or_default(), now) {
            let address = source;
            match judged {
                Ok(()) => info!(event = "auth.signed-in", method = METHOD, actor = "administrator", %address),
                Err(reason) => warn!(event = "auth.sign-in-refused", method = METHOD, reason, %address),
            }
        }
        judged.is_ok()
    }

    fn judge(&self, words: &[&[u8]], by_trusted_proxy: bool) -> Result<(), &'static str> {
        if !by_trusted_proxy {
            return Err("proxy-not-trusted");
        }
        let [word] = words else { return Err("header-repeated") };
        let listed = self.users.iter().any(|user| !user.is_empty() && user.as_bytes() == *word);
        if listed { Ok(()) } else { Err("not-listed") }
    }

    fn is_new(&self, source: Source, outcome: &'static str, now: Ts) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() >= MOST_REMEMBERED {
            logged.clear();
        }
        let key = (source.network(), outcome);
        let is_new = logged.get(&key).is_none_or(|last| now.since(*last) >= LOGGED_EVERY);
        if is_new {
            logged.insert(key, now);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    const NOW: Ts = Ts::from_millis(1_795_366_902_000);

    #[test]
    fn the_log_does_not_say_the_same_with_every_request() {
        let rules = ProxyWord::new(Some("remote-user"), &["me".to_owned()]).unwrap();
        let source = Source(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
        assert!(rules.is_new(source, "", NOW));
        assert!(!rules.is_new(source, "", NOW.plus(Duration::from_mins(59))));
        assert!(rules.is_new(source, "not-listed", NOW));
        assert!(rules.is_new(source, "", NOW.plus(LOGGED_EVERY)));
    }
}
