//! Following redirects by hand: where the next hop is, and whether it may be taken.
//!
//! Must not know: addresses, which are judged where the connection is made.

use std::collections::BTreeSet;

use reqwest::Response;
use reqwest::header::{HeaderValue, LOCATION};
use secrecy::SecretString;
use url::Url;

use super::outcome::{DownloadError, Downloaded};
use crate::domain::magnet::is_magnet;
use crate::domain::reason::Reason;

/// The most redirects of one download.
const MAX_REDIRECTS: usize = 5;
/// The longest magnet link or URL.
const MAX_LINK_BYTES: usize = 16 << 10;

/// Where a redirect leads.
#[derive(Debug)]
pub(super) enum Target {
    /// To the next hop.
    Url(Url),
    /// To a magnet link: the end.
    Magnet(Downloaded),
}

/// The hops so far, the current one last.
pub(super) struct Trail {
    current: Url,
    visited: BTreeSet<Url>,
}

impl Trail {
    pub(super) fn starting_at(link: &str) -> Result<Self, DownloadError> {
        let bad = || DownloadError::new(Reason::BadLink);
        if link.len() > MAX_LINK_BYTES {
            return Err(bad());
        }
        let mut url = Url::parse(link).map_err(|_| bad())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad());
        }
        url.set_fragment(None);
        Ok(Self { visited: BTreeSet::from([url.clone()]), current: url })
    }

    pub(super) fn current(&self) -> Url {
        self.current.clone()
    }

    /// The next hop, from the answer to the current one.
    /// `may_be_plain`: whether a place may be reached without encryption though the way there began with it.
    pub(super) fn next(
        &mut self,
        response: &Response,
        may_be_plain: impl Fn(&Url) -> bool,
    ) -> Result<Target, DownloadError> {
        let mut locations = response.headers().get_all(LOCATION).iter().map(HeaderValue::as_bytes);
        let location = locations.next().unwrap_or_default();
        let status = response.status().as_u16();
        let unanimous = locations.all(|other| other == location);
        // Header bytes are UTF-8 at best; what is not is no URL.
        let text = str::from_utf8(location).ok().filter(|_| unanimous);
        let step = text.map_or(Err(Reason::RedirectRefused), |text| self.step(text.trim(), may_be_plain));
        step.map_err(|reason| DownloadError::at(reason, status))
    }

    fn step(&mut self, location: &str, may_be_plain: impl Fn(&Url) -> bool) -> Result<Target, Reason> {
        if is_magnet(location) {
            return magnet(location).map(Target::Magnet).map_err(|error| error.reason);
        }
        if location.is_empty() || location.len() > MAX_LINK_BYTES {
            return Err(Reason::RedirectRefused);
        }
        let mut url = self.current.join(location).map_err(|_| Reason::RedirectRefused)?;
        url.set_fragment(None);
        let downgrade = self.current.scheme() == "https" && url.scheme() == "http" && !may_be_plain(&url);
        let login = !url.username().is_empty() || url.password().is_some();
        if downgrade || login || !matches!(url.scheme(), "http" | "https") {
            return Err(Reason::RedirectRefused);
        }
        if self.visited.len() > MAX_REDIRECTS || !self.visited.insert(url.clone()) {
            return Err(Reason::TooManyRedirects);
        }
        self.current.clone_from(&url);
        Ok(Target::Url(url))
    }
}

/// A magnet link as the outcome of a download.
pub(super) fn magnet(link: &str) -> Result<Downloaded, DownloadError> {
    let readable =
        link.len() <= MAX_LINK_BYTES && !link.chars().any(char::is_control) && Url::parse(link).is_ok();
    if readable {
        Ok(Downloaded::Magnet(SecretString::from(link)))
    } else {
        Err(DownloadError::new(Reason::BadLink))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a redirect from `from` to `location` leads.
    fn step(from: &str, location: &str) -> Result<String, Reason> {
        Trail::starting_at(from).unwrap().step(location, |_| false).map(|target| match target {
            Target::Url(url) => url.into(),
            Target::Magnet(_) => "magnet".to_owned(),
        })
    }

    #[test]
    fn locations_of_every_form_are_followed() {
        for (location, wanted) in [
            ("/b?x=1", "http://a.example/b?x=1"),
            ("b", "http://a.example/dir/b"),
            ("//b.example/c", "http://b.example/c"),
            ("https://b.example/c#part", "https://b.example/c"),
            ("/été d'hiver", "http://a.example/%C3%A9t%C3%A9%20d'hiver"),
            ("MAGNET:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567", "magnet"),
        ] {
            assert_eq!(step("http://a.example/dir/a", location).as_deref(), Ok(wanted), "{location}");
        }
    }

    #[test]
    fn locations_that_are_not_fetched_are_refused() {
        for location in [
            "",
            "file:///etc/passwd",
            "data:text/plain,x",
            "gopher://a/",
            "ftp://a.example/",
            "unix:/run/x",
            "http://",
            "javascript:alert(1)",
            "http://user:test-password@b.example/",
            "http://user@b.example/",
            "http://[::1",
        ] {
            assert_eq!(step("http://a.example/", location), Err(Reason::RedirectRefused), "{location}");
        }
        assert_eq!(step("https://a.example/", "http://a.example/b"), Err(Reason::RedirectRefused));
        let mut from_https = Trail::starting_at("https://prowlarr.example/1/download").unwrap();
        let configured = |url: &Url| url.host_str() == Some("tracker.lan");
        assert!(from_https.step("http://elsewhere.example/b", configured).is_err());
        assert!(from_https.step("http://tracker.lan/b", configured).is_ok(), "the person named the place");
    }

    #[test]
    fn a_redirect_to_itself_is_a_loop() {
        for location in ["http://a.example/dir/a", "#part", "a", "?"] {
            let wanted = if location == "?" {
                Ok("http://a.example/dir/a?".to_owned())
            } else {
                Err(Reason::TooManyRedirects)
            };
            assert_eq!(step("http://a.example/dir/a", location), wanted, "{location}");
        }
    }

    #[test]
    fn five_redirects_are_followed_and_no_more() {
        let mut trail = Trail::starting_at("http://a.example/0").unwrap();
        for hop in 1..=5 {
            assert!(trail.step(&format!("/{hop}"), |_| false).is_ok(), "{hop}");
        }
        assert_eq!(trail.step("/6", |_| false).unwrap_err(), Reason::TooManyRedirects);
    }

    #[test]
    fn links_of_other_kinds_are_bad() {
        for link in ["", "x", "file:///etc/passwd", "ftp://a.example/", "/4/download", "http://"] {
            assert_eq!(
                Trail::starting_at(link).err().map(|error| error.reason),
                Some(Reason::BadLink),
                "{link}"
            );
        }
        assert!(magnet("magnet:?xt=\u{0}").is_err());
    }
}
