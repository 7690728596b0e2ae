//! Whether another site's page made the browser ask (cross-site request forgery, C38).
//!
//! Owns: the judgement by `Sec-Fetch-Site`, which browsers send over HTTPS and to localhost, with `Origin` in its place
//! where a household has plain HTTP only, and `Referer` where there is no `Origin`. Must not know: routes.
//!
//! Not tower-http's `CsrfLayer`: it lets pass what carries none of the headers, takes every `Sec-Fetch-Site: none`, and
//! compares `Origin` with `Host` alone, so that neither the scheme nor the public address counts.

use axum::http::HeaderMap;
use url::{Origin, Url};

use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// Why the browser could be abused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambient {
    /// The browser adds the session's cookie by itself, or the proxy its word.
    Cookie,
    /// Nothing of the person's is used yet: a sign-in or a set-up, by a page or by a script.
    Nothing,
}

/// Refuses what another site's page asks for.
pub fn check(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    ambient: Ambient,
) -> Result<(), Problem> {
    let asked = caller.origin().and_then(|origin| Url::parse(&origin).ok());
    let ours: Vec<Origin> = asked.iter().chain(&state.arrival.public_url).map(Url::origin).collect();
    if is_ours(&ours, headers, ambient) { Ok(()) } else { Err(Problem::new(Code::CrossSite)) }
}

/// The most telling header decides; the others are not asked any more.
fn is_ours(ours: &[Origin], headers: &HeaderMap, ambient: Ambient) -> bool {
    let is_of_ours = |address: &str| Url::parse(address).is_ok_and(|url| ours.contains(&url.origin()));
    if let Some(site) = single(headers, "sec-fetch-site") {
        // `none`: no page made it; the person did, as by reloading a sent form. `same-site` is another machine's page.
        site == "same-origin" || (site == "none" && single(headers, "sec-fetch-mode") == Some("navigate"))
    } else if let Some(origin) = single(headers, "origin") {
        is_of_ours(origin)
    } else if let Some(page) = single(headers, "referer") {
        is_of_ours(page)
    } else {
        // No browser of today: a script that signs in, or something that tries its luck with a cookie.
        ambient == Ambient::Nothing
    }
}

/// The header's value; what is no text or stands there twice is a value that nobody sends.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).into_iter();
    let first = values.next()?.to_str().unwrap_or_default();
    Some(if values.next().is_none() { first } else { "" })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    /// Asked at `http://nas:4722`, with the public address `https://feeds.example`.
    fn passes(lines: &[(&'static str, &'static str)], ambient: Ambient) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let ours =
            ["http://nas:4722", "https://feeds.example/grab"].map(|url| Url::parse(url).unwrap().origin());
        is_ours(&ours, &headers, ambient)
    }

    const GOOD: (&str, &str) = ("origin", "http://nas:4722");
    const BAD: (&str, &str) = ("origin", "http://evil.example");
    const NULL: (&str, &str) = ("origin", "null");

    #[test]
    fn sec_fetch_site_decides_where_there_is_one() {
        for (site, expected) in
            [("same-origin", true), ("same-site", false), ("cross-site", false), ("none", false), ("", false)]
        {
            for origin in [None, Some(GOOD), Some(BAD), Some(NULL)] {
                for ambient in [Ambient::Cookie, Ambient::Nothing] {
                    let lines: Vec<_> = [("sec-fetch-site", site)].into_iter().chain(origin).collect();
                    assert_eq!(passes(&lines, ambient), expected, "{lines:?}");
                }
            }
        }
    }

    #[test]
    fn none_is_for_what_the_person_opens_and_for_nothing_that_a_page_fetches() {
        for (mode, expected) in
            [("navigate", true), ("cors", false), ("no-cors", false), ("same-origin", false)]
        {
            let lines = [("sec-fetch-site", "none"), ("sec-fetch-mode", mode)];
            assert_eq!(passes(&lines, Ambient::Cookie), expected, "{mode}");
        }
        assert!(!passes(
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
            Ambient::Cookie
        ));
    }

    #[test]
    fn over_plain_http_the_origin_decides() {
        for (origin, expected) in [
            ("http://nas:4722", true),
            ("HTTP://NAS:4722", true),
            ("https://feeds.example", true),
            ("https://feeds.example:443", true),
            ("https://nas:4722", false), // another scheme
            ("http://nas", false),       // another port
            ("http://nas:4723", false),
            ("http://feeds.example", false),
            ("http://nas.evil.example:4722", false),
            ("http://evilnas:4722", false),
            ("http://nas:4722@evil.example", false),
            ("http://evil.example", false),
            ("null", false),
            ("file://", false),
            ("", false),
        ] {
            for ambient in [Ambient::Cookie, Ambient::Nothing] {
                assert_eq!(passes(&[("origin", origin)], ambient), expected, "{origin}");
            }
            // What the page is called does not help an origin that is not ours.
            assert_eq!(
                passes(&[("origin", origin), ("referer", "http://nas:4722/")], Ambient::Cookie),
                expected
            );
        }
    }

    #[test]
    fn without_an_origin_the_page_decides_and_without_any_word_only_a_stranger_may_go_on() {
        for (page, expected) in [
            ("http://nas:4722/login?return=%2F", true),
            ("https://feeds.example/grab/", true),
            ("http://evil.example/http://nas:4722/", false),
            ("about:blank", false),
        ] {
            assert_eq!(passes(&[("referer", page)], Ambient::Cookie), expected, "{page}");
        }
        assert!(!passes(&[], Ambient::Cookie));
        assert!(passes(&[], Ambient::Nothing));
    }

    #[test]
    fn a_header_that_stands_there_twice_is_not_believed() {
        assert!(!passes(&[GOOD, BAD], Ambient::Cookie));
        assert!(!passes(&[GOOD, GOOD], Ambient::Cookie));
        assert!(!passes(
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            Ambient::Cookie
        ));
    }
}
