//! A proxy's word on who has signed in to it, in a header of the request.
//!
//! Whatever comes in that header is taken out of the request here, so that nothing behind can believe it by mistake.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::proxy_word::ProxyWord;
use crate::domain::time::Ts;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;

/// A trusted proxy vouches for the administrator; an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Vouched;

/// Takes a proxy's word out of every request.
pub async fn take_word(
    State(state): State<WebState>,
    caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(rules) = &state.proxy_sign_in
        && take(rules, &caller, request.headers_mut(), state.clock().now())
    {
        request.extensions_mut().insert(Vouched);
    }
    next.run(request).await
}

/// Removes the header, and says whether it vouched for the administrator.
fn take(rules: &ProxyWord, caller: &Caller, headers: &mut HeaderMap, now: Ts) -> bool {
    let words: Vec<&[u8]> = headers.get_all(rules.header()).iter().map(HeaderValue::as_bytes).collect();
    if words.is_empty() {
        return false;
    }
    let vouched = rules.vouches(&words, caller.by_trusted_proxy, caller.source(), now);
    while headers.remove(rules.header()).is_some() {}
    vouched
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

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
        let users = ["me".to_owned(), "é".to_owned(), String::new()];
        let rules = ProxyWord::new(Some("remote-user"), &users).unwrap();
        let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
        let caller = Caller { address, https: true, host: None, by_trusted_proxy };
        let mut headers = headers(words);
        let vouched = take(&rules, &caller, &mut headers, Ts::from_millis(1_795_366_902_000));
        assert_eq!(headers.len(), 1, "{words:?}");
        vouched
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
}
