//! Signing in by the word of a proxy: a header that names who has signed in to it.
//!
//! The word counts only over a connection from a trusted proxy, if there is exactly one of it, and if the name is listed.
//! Whatever comes in the header is taken out of the request here, so that nothing behind can believe it by mistake.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use tracing::{info, warn};

use crate::domain::time::Ts;
use crate::web::middleware::caller::Caller;

/// How sessions and the log call this way of signing in.
const METHOD: &str = "proxy";
/// How often the log tells the same of the same network: a proxy repeats its word with every request.
const TOLD_EVERY: Duration = Duration::from_hours(1);
/// How many networks are remembered for that.
const MOST_TOLD: usize = 1000;

/// What is believed of a proxy's word.
#[derive(Debug)]
pub struct ProxySignIn {
    header: HeaderName,
    users: Vec<String>,
    told: Mutex<HashMap<(String, &'static str), Ts>>,
}

/// A trusted proxy vouches for the administrator; an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Vouched;

impl ProxySignIn {
    /// From `auth.proxy_header` and `auth.proxy_users`. `None`: no header is believed.
    pub fn new(header: Option<&str>, users: &[String]) -> Option<Self> {
        let header = HeaderName::from_bytes(header?.as_bytes()).ok()?;
        Some(Self { header, users: users.to_vec(), told: Mutex::default() })
    }

    /// Takes the proxy's word out of the request.
    pub fn take(&self, caller: &Caller, headers: &mut HeaderMap, now: Ts) -> Option<Vouched> {
        let judged = self.judge(caller, headers)?;
        while headers.remove(&self.header).is_some() {}
        let outcome = judged.map_or_else(|refusal| refusal, |Vouched| "");
        if self.is_new(caller, outcome, now) {
            let address = caller.address;
            match judged {
                Ok(_) => info!(event = "auth.signed-in", method = METHOD, actor = "administrator", %address),
                Err(reason) => warn!(event = "auth.sign-in-refused", method = METHOD, reason, %address),
            }
        }
        judged.ok()
    }

    /// `None` if there is no such header; else the judgement, or the reason against it.
    fn judge(&self, caller: &Caller, headers: &HeaderMap) -> Option<Result<Vouched, &'static str>> {
        let mut words = headers.get_all(&self.header).iter();
        let word = words.next()?;
        Some(if !caller.by_trusted_proxy {
            Err("proxy-not-trusted")
        } else if words.next().is_some() {
            Err("header-repeated")
        } else if self.users.iter().any(|user| !user.is_empty() && user.as_bytes() == word.as_bytes()) {
            Ok(Vouched)
        } else {
            Err("not-listed")
        })
    }

    fn is_new(&self, caller: &Caller, outcome: &'static str, now: Ts) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        let last = told.insert((caller.network(), outcome), now);
        let is_new = last.is_none_or(|last| now.since(last) >= TOLD_EVERY);
        if !is_new && let Some(last) = last {
            told.insert((caller.network(), outcome), last);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use axum::http::HeaderValue;

    use super::*;

    const NOW: Ts = Ts::from_millis(1_795_366_902_000);

    fn rules() -> ProxySignIn {
        ProxySignIn::new(Some("remote-user"), &["me".to_owned(), "é".to_owned(), String::new()]).unwrap()
    }

    fn caller(by_trusted_proxy: bool) -> Caller {
        let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
        Caller { address, https: true, host: None, by_trusted_proxy }
    }

    fn headers(words: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for word in words {
            headers.append("Remote-User", HeaderValue::from_bytes(word.as_bytes()).unwrap());
        }
        headers.append("remote-user-2", HeaderValue::from_static("kept"));
        headers
    }

    /// Whether the words make the administrator; they must be gone in any case.
    fn is_administrator(by_trusted_proxy: bool, words: &[&str]) -> bool {
        let mut headers = headers(words);
        let vouched = rules().take(&caller(by_trusted_proxy), &mut headers, NOW);
        assert_eq!(headers.len(), 1, "{words:?}");
        vouched.is_some()
    }

    #[test]
    fn a_trusted_proxys_word_counts_if_it_names_a_listed_user_once() {
        assert!(is_administrator(true, &["me"]));
        assert!(is_administrator(true, &["é"]));
        for words in [&[][..], &["you"], &["Me"], &["me "], &["me,you"], &["me", "me"], &["me", "you"], &[""]]
        {
            assert!(!is_administrator(true, words), "{words:?}");
        }
    }

    #[test]
    fn nobody_elses_word_counts_and_it_is_taken_out() {
        for words in [&[][..], &["me"], &["me", "me"]] {
            assert!(!is_administrator(false, words), "{words:?}");
        }
    }

    #[test]
    fn the_log_is_not_told_the_same_with_every_request() {
        let rules = rules();
        let caller = caller(true);
        assert!(rules.is_new(&caller, "", NOW));
        assert!(!rules.is_new(&caller, "", NOW.plus(Duration::from_mins(59))));
        assert!(rules.is_new(&caller, "not-listed", NOW));
        assert!(rules.is_new(&caller, "", NOW.plus(TOLD_EVERY)));
    }
}
