//! Web addresses in settings: which are taken, in which form they are kept, and how a refused one may be shown.

use std::net::IpAddr;

use url::Url;

use super::finding::Hint;

/// Reads an `http` or `https` address of a service. Credentials, queries and fragments are refused: a key that hides
/// there would travel into logs. The path is kept without slashes at its end.
pub(super) fn http_url(text: &str) -> Result<Url, Hint> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Hint::Whitespace);
    }
    let scheme = text.split("://").next().unwrap_or_default();
    if !text.contains("://") || !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err(Hint::UrlScheme);
    }
    let mut url = Url::parse(text).map_err(|_| Hint::UrlScheme)?;
    if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
        return Err(Hint::UrlCredentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Hint::UrlQuery);
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Reads an origin and returns it as browsers write it.
pub(super) fn origin(text: &str) -> Result<String, Hint> {
    if text == "*" || text == "null" {
        return Err(Hint::ExactOrigin);
    }
    let url = http_url(text)?;
    if url.path() == "/" { Ok(url.origin().ascii_serialization()) } else { Err(Hint::ExactOrigin) }
}

/// Reads a host name or IP address, in lower case and without brackets.
pub(super) fn host_name(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (text.len() <= 253 && text.split('.').all(is_label)).then(|| text.to_ascii_lowercase())
}

/// Reads the name of a header, in lower case. Names that HTTP, browsers or other parts of the service give a meaning to
/// are refused: whoever may set them would be whoever they like.
pub(super) fn header_name(text: &str) -> Option<String> {
    const LONGEST: usize = 64;
    const TAKEN: [&str; 17] = [
        "accept",
        "accept-language",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "forwarded",
        "host",
        "origin",
        "referer",
        "user-agent",
        "x-api-key",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    ];
    let name = text.to_ascii_lowercase();
    // An underscore is a hyphen to some proxies, which then let a visitor's own header pass.
    let sound = (1..=LONGEST).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (sound && !TAKEN.contains(&name.as_str()) && !name.starts_with("sec-")).then_some(name)
}

/// Reads the path below which a proxy serves us: empty or `/a/b`.
pub(super) fn url_base(text: &str) -> Option<String> {
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && !matches!(segment, "." | "..")
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
    };
    match text {
        "" => Some(String::new()),
        _ => text.strip_prefix('/')?.split('/').all(is_segment).then(|| text.to_owned()),
    }
}

/// A refused address as it may be shown: whatever may be a credential is cut out.
pub(super) fn without_credentials(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (address, cut) = text.split_at(end);
    let mut shown = match (address.find("//"), address.rfind('@')) {
        (_, None) => address.to_owned(),
        (Some(slashes), Some(at)) if slashes < at => {
            format!("{}…{}", &address[..slashes + 2], &address[at..])
        }
        (_, Some(at)) => format!("…{}", &address[at..]),
    };
    if !cut.is_empty() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_one_form() {
        for (text, kept) in [
            ("http://prowlarr:9696", "http://prowlarr:9696/"),
            ("HTTP://Prowlarr:9696/", "http://prowlarr:9696/"),
            ("https://h/prowlarr//", "https://h/prowlarr"),
            ("http://[::1]:9696/", "http://[::1]:9696/"),
        ] {
            assert_eq!(http_url(text).map(String::from), Ok(kept.to_owned()), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_not_one_says_why() {
        for (text, hint) in [
            ("prowlarr:9696", Hint::UrlScheme),
            ("ftp://h", Hint::UrlScheme),
            ("http:h", Hint::UrlScheme),
            ("http://", Hint::UrlScheme),
            ("http://h:99999", Hint::UrlScheme),
            ("http://u:p@h", Hint::UrlCredentials),
            ("http://@h", Hint::UrlCredentials),
            ("http://h/?apikey=x", Hint::UrlQuery),
            ("http://h/ x", Hint::Whitespace),
        ] {
            assert_eq!(http_url(text), Err(hint), "{text}");
        }
    }

    #[test]
    fn a_refused_address_is_shown_without_what_may_be_a_key() {
        for (text, shown) in [
            ("http://user:s3cret@host/x", "http://…@host/x"),
            ("http://host/?apikey=s3cret", "http://host/…"),
            ("user:s3cret@host", "…@host"),
            ("ftp://host", "ftp://host"),
        ] {
            assert_eq!(without_credentials(text), shown);
        }
    }

    #[test]
    fn a_host_and_a_base_have_one_form() {
        assert_eq!(host_name("Feeds.Example.org").as_deref(), Some("feeds.example.org"));
        assert_eq!(host_name("[::1]").as_deref(), Some("::1"));
        for text in ["", "a b", "http://a", "a:80", "*", "-a", "a..b"] {
            assert_eq!(host_name(text), None, "{text}");
        }
        assert_eq!(url_base("/a/b").as_deref(), Some("/a/b"));
        for text in ["/", "a", "/a/", "/..", "/a b", "//a"] {
            assert_eq!(url_base(text), None, "{text}");
        }
    }
}
