//! How an address may be written down: enough to recognise it, nothing that opens anything.
//!
//! Owns: which parts of a URL are shown. What is not known to be harmless is masked.

use std::fmt::Write as _;

use url::Url;

use super::MASK;

/// Query parameters whose values are shown: those that page, sort and restrict in the APIs that are called.
const SHOWN_PARAMETERS: [&str; 16] = [
    "cat",
    "categories",
    "date",
    "eventtype",
    "extended",
    "indexerids",
    "limit",
    "offset",
    "page",
    "pagesize",
    "sortdirection",
    "sortkey",
    "successful",
    "t",
    "type",
    "xt",
];

/// From this length on, a part of a path that mixes letters and digits is taken for a key.
const KEY_CHARS: usize = 16;

/// A URL for logs: without user, password and fragment; values of the query and parts of the path that may be keys
/// are masked. Text that is no URL is masked whole.
pub fn url_for_log(text: &str) -> String {
    let Ok(url) = Url::parse(text) else { return MASK.to_owned() };
    let mut shown = format!("{}:", url.scheme());
    if let Some(host) = url.host_str() {
        shown.push_str("//");
        if !url.username().is_empty() || url.password().is_some() {
            shown.push_str(MASK);
            shown.push('@');
        }
        shown.push_str(host);
        if let Some(port) = url.port() {
            let _ = write!(shown, ":{port}");
        }
        shown.push_str(&path_for_log(url.path()));
    } else if !url.path().is_empty() {
        // `file:`, `data:` and the like: everything after the scheme is content.
        shown.push_str(MASK);
    }
    let mut separator = '?';
    for (name, value) in url.query_pairs() {
        let value = if is_shown(&name) { value.as_ref() } else { MASK };
        shown.push(separator);
        let _ = write!(shown, "{name}={value}");
        separator = '&';
    }
    shown
}

fn is_shown(parameter: &str) -> bool {
    SHOWN_PARAMETERS.contains(&parameter.to_ascii_lowercase().as_str())
}

/// A path for logs: our feed tokens (`/f/{token}/`, `/d/{feed}/{mac}/`), announce keys, and whatever looks like a key
/// are masked.
pub fn path_for_log(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let shown = parts.iter().enumerate().map(|(index, part)| {
        let before = |distance: usize| index.checked_sub(distance).and_then(|at| parts.get(at)).copied();
        let after = parts.get(index + 1).copied();
        let is_secret = before(1) == Some("f")
            || before(2) == Some("d")
            || before(1) == Some("fetch")
            || before(2) == Some("webhooks")
            || before(1).is_some_and(is_announce)
            || after.is_some_and(is_announce) && part.len() >= 8;
        if is_secret && !part.is_empty() { MASK.to_owned() } else { without_keys(part) }
    });
    shown.collect::<Vec<_>>().join("/")
}

fn is_announce(part: &str) -> bool {
    matches!(part, "announce" | "announce.php" | "scrape" | "scrape.php")
}

/// Masks the dot-separated pieces of a part of a path that look like keys, as in `/download/123.KEY`.
fn without_keys(part: &str) -> String {
    part.split('.')
        .map(|piece| if looks_like_key(piece) { MASK } else { piece })
        .collect::<Vec<_>>()
        .join(".")
}

fn looks_like_key(piece: &str) -> bool {
    let of_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'%' | b'=');
    piece.len() >= KEY_CHARS
        && piece.bytes().all(of_key)
        && piece.bytes().any(|byte| byte.is_ascii_digit())
        && piece.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_where_it_leads_and_nothing_that_opens_it() {
        for (address, shown) in [
            (
                "http://u:p@host:9696/1/download?apikey=k&link=l&page=2",
                "http://***@host:9696/1/download?apikey=***&link=***&page=2",
            ),
            ("https://t.example/announce/0123/x", "https://t.example/announce/***/x"),
            ("https://t.example/abcdefghij/announce", "https://t.example/***/announce"),
            ("https://t.example/announce.php?passkey=k", "https://t.example/announce.php?passkey=***"),
            ("https://t.example/download/12.0123456789abcdef", "https://t.example/download/12.***"),
            (
                "https://t.example/rss/download/1/0123456789abcdef0123.torrent",
                "https://t.example/rss/download/1/***.torrent",
            ),
            ("https://t.example/fetch/9/k", "https://t.example/fetch/***/k"),
            ("http://me/grab/f/word/rss.xml", "http://me/grab/f/***/rss.xml"),
            ("http://me/d/3/mac/x.torrent", "http://me/d/3/***/x.torrent"),
            ("https://h.example/api/webhooks/1/secret#frag", "https://h.example/api/webhooks/1/***"),
            ("magnet:?xt=urn:btih:aa&tr=http://t.example/k/announce", "magnet:?xt=urn:btih:aa&tr=***"),
            ("file:///etc/passwd", "file:***"),
            ("no address", "***"),
        ] {
            assert_eq!(url_for_log(address), shown, "{address}");
        }
    }
}
