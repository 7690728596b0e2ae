//! A torrent client as qBittorrent reads feeds: an item whose guid it knows is passed over, it keeps only so many of
//! the newest by date, and it fetches each item that it keeps once.

use std::collections::BTreeMap;

use grabfeed::fetch::verify::verify;

use super::http::Http;

/// A subscribed client.
pub(crate) struct Subscriber {
    http: Http,
    url: String,
    keeps: usize,
    /// Guid and date of what it remembers, newest first.
    known: Vec<(String, i64)>,
    etag: Option<String>,
    /// Whether its owner's rules want anything.
    takes: bool,
    /// How often each title was new to it.
    pub new: BTreeMap<String, u32>,
    /// How often it fetched each torrent, by infohash.
    pub fetched: BTreeMap<String, u32>,
    /// How often it asked for the feed.
    pub polls: u32,
    /// How often it was told that nothing changed.
    pub unchanged: u32,
}

impl Subscriber {
    /// A client that remembers so many items.
    pub(crate) fn new(url: String, keeps: usize) -> Self {
        let (known, fetched) = (Vec::new(), BTreeMap::new());
        let new = BTreeMap::new();
        Self {
            http: Http::new(),
            url,
            keeps,
            known,
            etag: None,
            takes: true,
            new,
            fetched,
            polls: 0,
            unchanged: 0,
        }
    }

    /// The same, with rules that want nothing of what it sees.
    pub(crate) fn that_takes_nothing(url: String, keeps: usize) -> Self {
        Self { takes: false, ..Self::new(url, keeps) }
    }

    /// Polls once and fetches what is new; says how many those were.
    pub(crate) async fn poll(&mut self) -> usize {
        self.polls += 1;
        let validator: Vec<_> = self.etag.iter().map(|etag| ("if-none-match", etag.as_str())).collect();
        let reply = self.http.get_with(&self.url, &validator).await;
        if reply.status == 304 {
            self.unchanged += 1;
            return 0;
        }
        assert_eq!(reply.status, 200, "{}", reply.text());
        self.etag = Some(reply.headers["etag"].to_str().unwrap().to_owned());
        let channel = rss::Channel::read_from(reply.body.as_slice()).unwrap();
        let mut new = BTreeMap::new();
        for item in channel.items() {
            let guid = item.guid().unwrap().value().to_owned();
            let date = httpdate(item.pub_date().unwrap());
            if !self.known.iter().any(|(known, _)| *known == guid) {
                let title = item.title().unwrap().to_owned();
                new.insert(guid.clone(), (title, item.enclosure().unwrap().url().to_owned()));
                self.known.push((guid, date));
            }
        }
        self.known.sort_by_key(|(_, date)| std::cmp::Reverse(*date));
        self.known.truncate(self.keeps);
        new.retain(|guid, _| self.known.iter().any(|(known, _)| known == guid));
        for (title, url) in new.values() {
            *self.new.entry(title.clone()).or_default() += 1;
            if self.takes {
                self.fetch(url).await;
            }
        }
        new.len()
    }

    async fn fetch(&mut self, url: &str) {
        let reply = self.http.get_with(url, &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let facts = verify(&reply.body).unwrap();
        *self.fetched.entry(facts.infohash().unwrap().to_string()).or_default() += 1;
    }
}

/// Seconds since 1970 of a feed's date.
fn httpdate(text: &str) -> i64 {
    jiff::fmt::rfc2822::parse(text).unwrap().timestamp().as_second()
}
