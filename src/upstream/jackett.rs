//! Jackett's download links: recognising one, and moving it to Jackett as we reach it.
//!
//! A link's origin and key are those by which the app knew Jackett; what counts is the indexer and the encrypted `path`, which
//! work with any later key too. Must not know: HTTP.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::base_path;

/// The parameter that only Jackett's links have.
const KEY_PARAMETER: &str = "jackett_apikey";

/// Where Jackett is for us.
#[derive(Debug, Clone)]
pub enum JackettPlace {
    /// As the settings name it: its address, base path included, and its key.
    Configured {
        /// The address.
        url: Url,
        /// The key.
        api_key: SecretString,
    },
    /// The one place of the household that links may be fetched from; the key is the link's.
    LinkSource(Url),
}

impl JackettPlace {
    /// A link of Jackett's, through Jackett as we reach it. `None` if it is no such link.
    pub fn rewrite(&self, link: &SecretString) -> Option<SecretString> {
        let known = Url::parse(link.expose_secret().trim()).ok()?;
        let from_dl = known.path().rfind("/dl/").map(|at| &known.path()[at..])?;
        if !matches!(known.scheme(), "http" | "https")
            || !known.query_pairs().any(|(name, _)| name == KEY_PARAMETER)
        {
            return None;
        }
        let mut url = match self {
            Self::Configured { url, .. } => {
                let mut ours = url.clone();
                ours.set_path(&format!("{}{from_dl}", base_path(url)));
                ours
            }
            Self::LinkSource(url) => {
                let mut ours = url.clone();
                ours.set_path(known.path());
                ours
            }
        };
        let pair = |pair: &str| match (self, pair.split_once('=')) {
            (Self::Configured { api_key, .. }, Some((name, _))) if name == KEY_PARAMETER => {
                let key: String =
                    url::form_urlencoded::byte_serialize(api_key.expose_secret().as_bytes()).collect();
                format!("{KEY_PARAMETER}={key}")
            }
            _ => pair.to_owned(),
        };
        // Byte for byte but for the key: the path is encrypted.
        let query: Vec<String> = known.query()?.split('&').map(pair).collect();
        url.set_query(Some(&query.join("&")));
        url.set_fragment(None);
        Some(String::from(url).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(place: &JackettPlace, link: &str) -> Option<String> {
        place.rewrite(&SecretString::from(link.to_owned())).map(|link| link.expose_secret().to_owned())
    }

    #[test]
    fn a_link_of_any_origin_base_and_key_moves_to_the_configured_jackett() {
        let url = Url::parse("http://nas:9117/jackett").unwrap();
        let place = JackettPlace::Configured { url, api_key: "test-key-new".to_owned().into() };
        for link in [
            "http://192.168.1.20:9117/dl/site/?jackett_apikey=old&path=Zz%2B9&file=A+Film",
            "https://jackett.example/other/base/dl/site/?jackett_apikey=old&path=Zz%2B9&file=A+Film",
        ] {
            let expected =
                "http://nas:9117/jackett/dl/site/?jackett_apikey=test-key-new&path=Zz%2B9&file=A+Film";
            assert_eq!(rewritten(&place, link).as_deref(), Some(expected));
        }
    }

    #[test]
    fn without_its_settings_the_one_link_source_is_jackett_with_the_links_own_key() {
        let place = JackettPlace::LinkSource(Url::parse("http://jackett:9117").unwrap());
        let link = "http://192.168.1.20:9117/dl/site/?jackett_apikey=old&path=x&file=y";
        let expected = "http://jackett:9117/dl/site/?jackett_apikey=old&path=x&file=y";
        assert_eq!(rewritten(&place, link).as_deref(), Some(expected));
    }

    #[test]
    fn other_links_are_left_alone() {
        let place = JackettPlace::LinkSource(Url::parse("http://jackett:9117").unwrap());
        for link in [
            "http://tracker.example/dl/1.torrent",
            "http://tracker.example/download?jackett_apikey=x",
            "magnet:?xt=urn:btih:00&jackett_apikey=x",
            "ftp://host/dl/a/?jackett_apikey=x",
            "",
        ] {
            assert_eq!(rewritten(&place, link), None, "{link}");
        }
    }
}
