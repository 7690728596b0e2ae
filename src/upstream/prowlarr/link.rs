//! Prowlarr's download links: recognising one, and moving it to the configured Prowlarr.
//!
//! A link's origin, base path and key are those of whoever searched (`localhost`, a proxy's name, an old key); what
//! counts is the indexer's number, the encrypted `link` and the `file`, which are kept byte for byte.
//! Must not know: HTTP.

use secrecy::{ExposeSecret, SecretString};
use url::{Url, form_urlencoded};

use crate::upstream::base_path;

/// The text is no URL at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link cannot be read")]
pub struct UnreadableLink;

/// What a download link through Prowlarr is made of.
#[derive(Clone)]
pub struct ProxyLink {
    /// Which indexer it downloads from.
    pub indexer_id: i64,
    link: SecretString,
    file: String,
}

/// Reads a link. `None` if it is a URL, but not of Prowlarr's form: `…/{id}/download` or
/// `…/api/v1/indexer/{id}/download` with `link` and `file`.
pub fn recognise(link: &SecretString) -> Result<Option<ProxyLink>, UnreadableLink> {
    let url = Url::parse(link.expose_secret().trim()).map_err(|_| UnreadableLink)?;
    Ok(read(&url))
}

fn read(url: &Url) -> Option<ProxyLink> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let mut segments = url.path_segments()?.rev();
    if !segments.next()?.eq_ignore_ascii_case("download") {
        return None;
    }
    let digits = segments.next()?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let raw = |name| {
        let pairs = url.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .find(|value| !value.is_empty())
    };
    let (link, file) = (raw("link")?.to_owned().into(), raw("file")?.to_owned());
    Some(ProxyLink { indexer_id: digits.parse().ok()?, link, file })
}

impl ProxyLink {
    /// The same download through the Prowlarr at `base_url`.
    pub(super) fn through(&self, base_url: &Url, api_key: &str) -> SecretString {
        let mut url = base_url.clone();
        url.set_path(&format!("{}/{}/download", base_path(base_url), self.indexer_id));
        let key: String = form_urlencoded::byte_serialize(api_key.as_bytes()).collect();
        url.set_query(Some(&format!("apikey={key}&link={}&file={}", self.link.expose_secret(), self.file)));
        url.set_fragment(None);
        String::from(url).into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rewrite(link: &str, base: &str) -> Option<String> {
        let found = recognise(&SecretString::from(link.to_owned())).unwrap()?;
        Some(found.through(&Url::parse(base).unwrap(), "test-key").expose_secret().to_owned())
    }

    #[test]
    fn links_of_any_origin_and_form_move_to_the_configured_prowlarr() {
        for link in [
            "http://prowlarr:9696/4/download?apikey=test-old&link=QUJD&file=A+B%20C",
            "http://localhost:9696/4/download?apikey=test-old&link=QUJD&file=A+B%20C",
            "https://media.example/prowlarr/4/download?link=QUJD&file=A+B%20C&apikey=test-old",
            "http://prowlarr:9696/api/v1/indexer/4/download?link=QUJD&file=A+B%20C",
            "http://prowlarr:9696/4/Download?APIKEY=test-old&LINK=QUJD&FILE=A+B%20C#x",
        ] {
            let wanted = "https://home.example/p/4/download?apikey=test-key&link=QUJD&file=A+B%20C";
            assert_eq!(rewrite(link, "https://home.example/p/").as_deref(), Some(wanted), "{link}");
            assert_eq!(rewrite(link, "https://home.example/p").as_deref(), Some(wanted), "{link}");
        }
    }

    #[test]
    fn other_links_are_not_prowlarrs() {
        for link in [
            "http://jackett:9117/dl/tracker/?jackett_apikey=test-key&path=QUJD&file=A",
            "https://tracker.example/download.php?id=1&passkey=test-passkey",
            "https://tracker.example/4/download",
            "https://tracker.example/4/download?link=&file=A",
            "https://tracker.example/4/download?link=QUJD",
            "https://tracker.example/x/download?link=QUJD&file=A",
            "https://tracker.example//download?link=QUJD&file=A",
            "https://tracker.example/99999999999999999999/download?link=QUJD&file=A",
            "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567",
            "ftp://prowlarr/4/download?link=QUJD&file=A",
        ] {
            assert_eq!(rewrite(link, "http://prowlarr:9696"), None, "{link}");
        }
    }

    #[test]
    fn what_is_no_url_is_told_apart() {
        for link in ["", "  ", "/4/download?link=QUJD&file=A", "http://"] {
            assert!(recognise(&SecretString::from(link.to_owned())).is_err(), "{link}");
        }
    }

    #[test]
    fn a_key_with_reserved_characters_is_encoded() {
        let found =
            recognise(&SecretString::from("http://p/4/download?link=a&file=b".to_owned())).unwrap().unwrap();
        let url = found.through(&Url::parse("http://p").unwrap(), "a&b=c d");
        assert_eq!(url.expose_secret(), "http://p/4/download?apikey=a%26b%3Dc+d&link=a&file=b");
    }

    proptest! {
        #[test]
        fn link_and_file_keep_their_bytes(link in "[A-Za-z0-9_%+.-]{1,40}", file in "[A-Za-z0-9_%+.-]{1,40}") {
            let rewritten = rewrite(&format!("http://old/9/download?file={file}&link={link}"), "http://new:9696/").unwrap();
            prop_assert_eq!(&rewritten, &format!("http://new:9696/9/download?apikey=test-key&link={link}&file={file}"));
            prop_assert_eq!(rewrite(&rewritten, "http://new:9696/"), Some(rewritten));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = recognise(&SecretString::from(text));
        }
    }
}
