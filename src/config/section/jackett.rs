//! `jackett`: the other program through which apps reach indexers.

use secrecy::SecretString;
use url::Url;

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// The other program through which apps reach indexers. Its links are fetched at this address and with this key, by
    /// whatever address and key the app knew it.
    Jackett = "jackett", Optional {
        /// Its address as this service reaches it, base path included.
        url: Url = Key::new("url", Kind::HttpUrl).required().example("http://jackett:9117");
        /// Its API key.
        api_key: SecretString =
            Key::new("api_key", Kind::Secret).required().example("0123456789abcdef0123456789abcdef");
    }
}
