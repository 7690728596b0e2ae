//! The shapes of secrets in a text: the last line before a log.
//!
//! Owns: the patterns by which a secret is recognised in a text that was not made for logs, such as a library's
//! message. The list follows what the apps themselves learned to clean (Prowlarr's `CleanseLogMessage`). A pattern
//! masks too much rather than too little.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::address::{path_for_log, url_for_log};

/// Names of parameters, fields and JSON keys that hold secrets.
const NAMES: &str = "api-?_?key|access-?_?token|refresh-?_?token|id-?_?token|auth-?_?key|auth-?_?token|auth|\
    rss-?_?key|pass-?_?key|torrent_pass|pass|passwd|password|pwd|pid|token|secret|webhook-?_?secret|client_secret|\
    session|session_id|sid|csrf|cookie|set-cookie|authorization|proxy-authorization|x-api-key|x-webhook-token|uid|\
    account|signature|mac|credentials";

struct Shapes {
    name: Regex,
    address: Regex,
    header: Regex,
    scheme: Regex,
    pair: Regex,
    json: Regex,
    path: Regex,
    home: Regex,
}

static SHAPES: LazyLock<Option<Shapes>> = LazyLock::new(|| Shapes::new().ok());

impl Shapes {
    fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            name: Regex::new(&format!("(?i)^(?:{NAMES})$"))?,
            address: Regex::new(r#"(?i)\b[a-z][a-z0-9+.-]*://[^\s"'<>\\]+|\bmagnet:\?[^\s"'<>\\]+"#)?,
            header: Regex::new(
                r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-webhook-token)(\W{1,4}).*",
            )?,
            scheme: Regex::new(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}")?,
            pair: Regex::new(&format!(r#"(?i)\b({NAMES})=[^\s&;,"'\\]+"#))?,
            json: Regex::new(&format!(r#"(?i)(\\?"(?:{NAMES})\\?"\s*:\s*)(?:\\?"[^"]*"|[^\s,}}]+)"#))?,
            path: Regex::new(r"(?:/[\w.%~=-]+){2,}")?,
            home: Regex::new(r"(/home/|/Users/|\\Users\\)[^/\\\s]+")?,
        })
    }
}

/// Whether a field with this name holds a secret.
pub(super) fn names_a_secret(name: &str) -> bool {
    SHAPES.as_ref().is_none_or(|shapes| shapes.name.is_match(name))
}

/// `text` without what looks like a secret.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    // Every shape has one of these characters, and most texts have none.
    if !text.contains(['=', '/', ':', '"', '\\', ' ']) {
        return Cow::Borrowed(text);
    }
    // The patterns are constants that a test compiles; without them nothing is known to be harmless.
    let Some(shapes) = SHAPES.as_ref() else { return Cow::Borrowed(super::MASK) };
    let text = apply(&shapes.address, Cow::Borrowed(text), |found| url_for_log(&found[0]));
    let text = apply(&shapes.header, text, |found| format!("{}{}***", &found[1], &found[2]));
    let text = apply(&shapes.scheme, text, |found| format!("{} ***", &found[1]));
    let text = apply(&shapes.json, text, |found| format!("{}\"***\"", &found[1]));
    let text = apply(&shapes.pair, text, |found| format!("{}=***", &found[1]));
    let text = apply(&shapes.path, text, |found| path_for_log(&found[0]));
    apply(&shapes.home, text, |found| format!("{}***", &found[1]))
}

fn apply<'t>(shape: &Regex, text: Cow<'t, str>, mask: impl Fn(&Captures<'_>) -> String) -> Cow<'t, str> {
    match shape.replace_all(&text, mask) {
        Cow::Owned(masked) => Cow::Owned(masked),
        Cow::Borrowed(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(Shapes::new().is_ok());
    }

    #[test]
    fn a_canary_in_any_known_shape_is_masked() {
        for text in [
            "error sending request for url (http://u:c4n4ry-value@h:9696/api/v1/search?query=x&apikey=c4n4ry-value)",
            "GET /api/v3/history?apikey=c4n4ry-value",
            "passkey=c4n4ry-value; more",
            r#"{"api_key":"c4n4ry-value","a":1}"#,
            r#"{"passkey" : "c4n4ry-value"}"#,
            r#"body: "{\"apiKey\":\"c4n4ry-value\"}""#,
            "Authorization: Bearer c4n4ry-value",
            "authorization=\"Basic c4n4ry-value\"",
            "a bearer c4n4ry-value was refused",
            "X-Api-Key: c4n4ry-value",
            "Cookie: a=b; session=c4n4ry-value",
            r#""x-webhook-token": "c4n4ry-value""#,
            "magnet:?xt=urn:btih:aa&tr=http%3A%2F%2Ft%2Fc4n4ry-value%2Fannounce",
            "the page /f/c4n4ry-value/rss.xml was asked for",
            "/d/1/c4n4ry-value/x.torrent",
            "https://t.example:443/c4n4ry-value/announce",
            "/announce/c4n4ry-value",
            "/home/c4n4ry-value/data",
            r"C:\Users\c4n4ry-value\data",
        ] {
            assert!(!mask(text).contains("c4n4ry"), "{text} → {}", mask(text));
        }
    }

    #[test]
    fn ordinary_texts_stay_as_they_are() {
        for text in [
            "Film 2020 1080p",
            "12 of 30 done: ok",
            "/api/v3/history",
            "a = b",
            "std::io::Error",
            "path/to/x",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
