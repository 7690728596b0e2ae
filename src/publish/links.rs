//! The URLs that feeds give out.
//!
//! `/d/{feed}/{mac}/{infohash}.torrent` opens one torrent of one feed and nothing else: the MAC needs the feed's
//! secret. The same torrent always has the same URL, since clients know items by it.

use url::Url;

use crate::domain::feed::FeedPublicId;
use crate::domain::infohash::Infohash;
use crate::publish::mac::{DownloadMac, DownloadSecret};

/// A download link, before or after it went through a client. That it parses says nothing of whether it is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadLink<'a> {
    /// The feed that gave it out.
    pub feed: &'a FeedPublicId,
    /// Proof that the feed gave it out.
    pub mac: DownloadMac,
    /// The torrent.
    pub infohash: Infohash,
}

impl<'a> DownloadLink<'a> {
    /// The link of this torrent in this feed.
    pub fn new(feed: &'a FeedPublicId, secret: &DownloadSecret, infohash: Infohash) -> Self {
        Self { feed, mac: secret.mac(&infohash), infohash }
    }

    /// Reads the parts of a request's path. `file` is the last segment, with its `.torrent`.
    pub fn parse(feed: &'a FeedPublicId, mac: &str, file: &str) -> Option<Self> {
        let infohash = file.strip_suffix(".torrent")?.parse().ok()?;
        Some(Self { feed, mac: DownloadMac::parse(mac)?, infohash })
    }

    /// Whether the feed that has this secret gave the link out. Takes the same time whatever the answer.
    pub fn is_genuine(&self, secret: &DownloadSecret) -> bool {
        secret.verify(&self.infohash, &self.mac)
    }

    /// The path's segments below the base URL.
    fn segments(&self) -> [String; 4] {
        let file = format!("{}.torrent", self.infohash);
        ["d".to_owned(), self.feed.to_string(), self.mac.to_string(), file]
    }
}

/// Where the outside reaches this service: the public URL with the URL base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// The text cannot be the base of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// Not an absolute `http` or `https` URL with a host.
    #[error("not an absolute http or https URL")]
    NotHttp,
    /// A user name or a password: many clients refuse such links, the others log them.
    #[error("a user name or password in the URL")]
    Credentials,
}

impl BaseUrl {
    /// From `server.public_url` and `server.url_base`. The URL base is added unless the public URL ends in it; a
    /// query or fragment is dropped.
    pub fn parse(public_url: &str, url_base: &str) -> Result<Self, InvalidBaseUrl> {
        let mut url = Url::parse(public_url.trim()).map_err(|_| InvalidBaseUrl::NotHttp)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(InvalidBaseUrl::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::Credentials);
        }
        url.set_query(None);
        url.set_fragment(None);
        let mut path = url.path().trim_end_matches('/').to_owned();
        let url_base = url_base.trim_matches('/');
        if !url_base.is_empty() && !path.ends_with(&format!("/{url_base}")) {
            path = format!("{path}/{url_base}");
        }
        url.set_path(&format!("{path}/"));
        Ok(Self(url))
    }

    /// The base itself, with a slash at the end.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The absolute URL of a download: ASCII, without user information, query or fragment.
    pub fn download(&self, link: &DownloadLink<'_>) -> String {
        self.join(&link.segments().each_ref().map(String::as_str))
    }

    /// The absolute URL of something below the base; each segment is percent-encoded.
    pub fn join(&self, segments: &[&str]) -> String {
        let mut url = self.0.clone();
        // An `http` URL with a host always has a path that can be extended.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: Infohash = Infohash::V1([0xAB; 20]);

    fn feed() -> FeedPublicId {
        FeedPublicId::parse("Ab3dEf6hIj9l").unwrap()
    }

    #[test]
    fn a_link_that_a_feed_gave_out_is_genuine_for_this_torrent_of_this_feed_only() {
        let (feed, secret) = (feed(), DownloadSecret::from_bytes([1; 32]));
        let link = DownloadLink::new(&feed, &secret, HASH);
        let url = BaseUrl::parse("https://feeds.example", "").unwrap().download(&link);
        let parts: Vec<_> = url.rsplit('/').take(3).collect();
        assert_eq!(parts[2], feed.as_str());
        let read = DownloadLink::parse(&feed, parts[1], parts[0]).unwrap();
        assert_eq!(read, link);
        assert!(read.is_genuine(&secret));
        assert!(!read.is_genuine(&DownloadSecret::from_bytes([2; 32])), "another feed's secret");
        let other = DownloadLink { infohash: Infohash::V1([0xAC; 20]), ..read };
        assert!(!other.is_genuine(&secret), "another torrent");
    }

    #[test]
    fn what_is_no_link_does_not_parse() {
        let (feed, mac) = (feed(), "0".repeat(32));
        let file = format!("{HASH}.torrent");
        assert!(DownloadLink::parse(&feed, &mac, &file).is_some());
        for (mac, file) in
            [("", &*file), ("zz", &file), (&mac, "a.torrent"), (&mac, ""), (&mac, &HASH.to_string())]
        {
            assert_eq!(DownloadLink::parse(&feed, mac, file), None, "{mac} {file}");
        }
    }

    #[test]
    fn the_url_base_stands_once_between_the_public_url_and_the_path() {
        let cases = [
            ("http://feeds.example:8080", "", "http://feeds.example:8080/rss"),
            ("http://feeds.example/", "/grab/", "http://feeds.example/grab/rss"),
            ("http://feeds.example/grab", "grab", "http://feeds.example/grab/rss"),
            ("http://feeds.example/a", "b/c", "http://feeds.example/a/b/c/rss"),
            ("http://Été.example/a?key=1#x", "é", "http://xn--t-9fab.example/a/%C3%A9/rss"),
        ];
        for (public_url, url_base, expected) in cases {
            assert_eq!(BaseUrl::parse(public_url, url_base).unwrap().join(&["rss"]), expected);
        }
    }

    #[test]
    fn a_segment_cannot_become_two_or_a_query() {
        let base = BaseUrl::parse("http://feeds.example", "").unwrap();
        assert_eq!(base.join(&["a/b", "c d?é#"]), "http://feeds.example/a%2Fb/c%20d%3F%C3%A9%23");
    }

    #[test]
    fn a_base_that_clients_could_not_use_is_refused() {
        for text in ["", "feeds.example", "ftp://feeds.example", "http://", "mailto:a@b"] {
            assert_eq!(BaseUrl::parse(text, ""), Err(InvalidBaseUrl::NotHttp), "{text}");
        }
        for text in ["http://user@feeds.example", "http://:pw@feeds.example"] {
            assert_eq!(BaseUrl::parse(text, ""), Err(InvalidBaseUrl::Credentials), "{text}");
        }
    }
}
