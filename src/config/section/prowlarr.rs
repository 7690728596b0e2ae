//! `prowlarr`: the indexer manager through which grabs are downloaded.

use secrecy::SecretString;
use url::Url;

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// The indexer manager through which grabs are downloaded.
    Prowlarr = "prowlarr", Optional {
        /// Its address as this service reaches it, URL base included.
        url: Url = Key::new("url", Kind::HttpUrl).required().example("http://prowlarr:9696");
        /// Its API key.
        api_key: SecretString =
            Key::new("api_key", Kind::Secret).required().example("0123456789abcdef0123456789abcdef");
        /// Programs beside the configured apps whose downloads through Prowlarr are grabs, by the names that Prowlarr's
        /// history gives them. Others only probe: cross-seed, readers of RSS.
        grab_sources: Vec<String> = Key::new("grab_sources", Kind::List(&Kind::Text(100))).default("").example("Mylar3");
        /// Whether its certificate is checked, if its address is https.
        verify_tls: bool = Key::new("verify_tls", Kind::Boolean).default("true");
    }
}
