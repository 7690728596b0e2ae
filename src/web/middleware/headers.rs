//! Headers that every answer carries, errors and refusals too (C24, C34, C42).
//!
//! Owns: what browsers may do with an answer, and that nobody keeps it. Must not know: routes.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::web::common_headers::{COMMON, OTHER_POLICY};
use crate::web::middleware::caller::Caller;

/// Pages run our own files only, and nobody frames them.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");

/// One year. Not for subdomains: they may be other services of the household.
const HSTS: &str = "max-age=31536000";
/// What an answer that is not to be kept may depend on; who keeps it nevertheless must not mix askers up.
const VARY: &str = "Accept-Language, Authorization, Cookie, Origin, Sec-Fetch-Site, X-Api-Key";

/// Adds the headers to an answer, and forbids keeping it unless the handler said otherwise.
pub async fn common_headers(caller: Caller, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in COMMON {
        set(headers, name, value);
    }
    if caller.https {
        set(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    // The headers of a 304 replace those of the answer that the client has, and nothing here tells what that one is.
    if status != StatusCode::NOT_MODIFIED {
        set_policy(headers);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-store");
        headers.append(header::VARY, HeaderValue::from_static(VARY));
    }
    response
}

fn set_policy(headers: &mut HeaderMap) {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| value.starts_with("text/html")) {
        set(headers, header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        set(headers, EMBEDDER_POLICY, "require-corp");
        // A form must tell that it is ours: with `no-referrer` browsers send `Origin: null` over plain HTTP.
        set(headers, header::REFERRER_POLICY, "same-origin");
    } else {
        set(headers, header::CONTENT_SECURITY_POLICY, OTHER_POLICY);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_our_own_files_and_anything_else_runs_nothing() {
        for (content_type, policy, embedder) in [
            ("text/html; charset=utf-8", PAGE_POLICY, true),
            ("application/rss+xml; charset=utf-8", OTHER_POLICY, false),
            ("image/svg+xml", OTHER_POLICY, false),
            ("application/problem+json; charset=utf-8", OTHER_POLICY, false),
        ] {
            let mut headers =
                HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            set_policy(&mut headers);
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], policy, "{content_type}");
            assert_eq!(headers.contains_key(EMBEDDER_POLICY), embedder, "{content_type}");
        }
        for policy in [PAGE_POLICY, OTHER_POLICY] {
            assert!(!policy.contains("unsafe") && !policy.contains("data:") && !policy.contains('*'));
        }
    }
}
