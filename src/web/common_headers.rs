//! Headers that every answer carries, and the answers of the HTTP library itself, which no middleware sees.
//!
//! Must not know: routes.

use axum::http::{HeaderName, header};
use bytes::Bytes;

/// Nothing of ours is to be sniffed, framed, embedded, indexed or told to others: URLs of feeds are secrets.
pub(super) const COMMON: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()",
    ),
];

/// What is no page runs nothing, should a browser be made to show it as one.
pub(super) const OTHER_POLICY: &str =
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What stands in for an answer that the HTTP library makes by itself to what is no request (400, 414, 431): the same
/// status, with our headers. `None` if these bytes are no such answer: it is short, has no body, and none of our headers.
pub(super) fn in_place_of(answer: &[u8]) -> Option<Bytes> {
    const LONGEST_BYTES: usize = 256;
    let text = std::str::from_utf8(answer.get(..answer.len().min(LONGEST_BYTES + 1))?).ok()?;
    let is_whole = text.len() <= LONGEST_BYTES && text.ends_with("\r\n\r\n");
    if !is_whole || !text.starts_with("HTTP/1.1 4") || text.contains(header::X_CONTENT_TYPE_OPTIONS.as_str())
    {
        return None;
    }
    let line = text.lines().next()?;
    let mut whole = format!("{line}\r\n");
    let common = COMMON;
    let ours = common.iter().map(|(name, value)| (name.as_str(), *value));
    let more = [
        ("content-security-policy", OTHER_POLICY),
        ("cache-control", "no-store"),
        ("content-length", "0"),
        ("connection", "close"),
    ];
    for (name, value) in ours.chain(more) {
        whole.extend([name, ": ", value, "\r\n"]);
    }
    whole.push_str("\r\n");
    Some(whole.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_of_the_library_are_replaced() {
        for (answer, begins) in [
            (
                "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
                Some("HTTP/1.1 400 Bad Request\r\nx-content"),
            ),
            ("HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n", Some("HTTP/1.1 431 Request Header")),
            ("HTTP/1.1 200 OK\r\n\r\n", None),
            ("HTTP/1.1 100 Continue\r\n\r\n", None),
            ("", None),
            ("HTTP/1.1 404 Not Found\r\nx-content-type-options: nosniff\r\n\r\n", None),
            ("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}", None),
        ] {
            let ours = in_place_of(answer.as_bytes());
            let ours = ours.as_deref().map(|ours| std::str::from_utf8(ours).unwrap());
            assert_eq!(ours.is_some(), begins.is_some(), "{answer}");
            assert!(begins.is_none_or(|begins| ours.unwrap().starts_with(begins)), "{ours:?}");
        }
    }
}
