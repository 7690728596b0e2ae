//! Whether Jackett answers and takes our key.
//!
//! It is asked for what all its indexers can do, which it knows without asking any of them; a wrong key is an error in a 200
//! (recorded from the program). Must not know: links.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::connection::{InvalidUpstream, Upstream, UpstreamOptions};
use super::error::{ApiError, Fault};
use super::http::Http;
use super::observe::Observer;

/// Jackett, as something that can be asked.
pub struct JackettClient(Upstream);

impl JackettClient {
    /// A client of the Jackett that the options describe.
    pub fn new(
        http: Http,
        options: UpstreamOptions,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, InvalidUpstream> {
        Ok(Self(Upstream::new(http, options, observer)?))
    }

    /// Whether it is Jackett that answers, and takes the key.
    pub async fn test(&self) -> Result<bool, ApiError> {
        let key = self.0.options().api_key.expose_secret();
        // Jackett takes its key in the query only.
        let query = [("t", "caps"), ("apikey", key)];
        let path = "api/v2.0/indexers/all/results/torznab/api";
        let request = self.0.request("status", path, &query);
        match self.0.get(&request, &|body: &[u8]| Some(read(body))).await? {
            Answer::KeyRefused => Err(self.0.error(Fault::KeyRefused)),
            Answer::Jackett => Ok(true),
            Answer::Other => Ok(false),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Jackett,
    KeyRefused,
    Other,
}

fn read(body: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(body);
    if text.contains("<error code=\"100\"") {
        Answer::KeyRefused
    } else if text.contains("<caps>") && text.contains("title=\"Jackett\"") {
        Answer::Jackett
    } else {
        Answer::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jackett_is_told_from_a_wrong_key_and_from_other_programs() {
        let caps = "<?xml version=\"1.0\"?>\n<caps>\n  <server title=\"Jackett\" />\n</caps>";
        let refused = "<?xml version=\"1.0\"?>\n<error code=\"100\" description=\"Invalid API Key\" />";
        assert_eq!(read(caps.as_bytes()), Answer::Jackett);
        assert_eq!(read(refused.as_bytes()), Answer::KeyRefused);
        for other in ["<html>", "<caps><server title=\"Prowlarr\"/></caps>", "", "\u{0}"] {
            assert_eq!(read(other.as_bytes()), Answer::Other, "{other}");
        }
    }
}
