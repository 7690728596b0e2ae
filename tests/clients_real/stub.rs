//! A feed server of the fewest lines: the real window, RSS writer, entity tags and links behind two routes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use grabfeed::domain::feed::FeedPublicId;
use grabfeed::domain::feed_window::{Arrangement, Entry, Listed, Moment, arrange};
use grabfeed::domain::ids::TorrentId;
use grabfeed::domain::time::Ts;
use grabfeed::publish::disposition::attachment;
use grabfeed::publish::etag::Etag;
use grabfeed::publish::format::FeedFormat;
use grabfeed::publish::item::{Channel, Item, Source, TORRENT_TYPE};
use grabfeed::publish::links::{BaseUrl, DownloadLink};
use grabfeed::publish::mac::DownloadSecret;
use grabfeed::publish::rss;

use crate::support::torrent::TinyTorrent;

const WINDOW: usize = 50;

pub(crate) struct Stub {
    base: BaseUrl,
    feed: FeedPublicId,
    secret: DownloadSecret,
    ledger: Mutex<Ledger>,
}

struct Ledger {
    torrents: Vec<TinyTorrent>,
    entries: Vec<Entry>,
    moment: Moment,
    not_modified: usize,
}

impl Stub {
    /// Starts the server; it ends with the test's runtime. Its clock stands still.
    pub(crate) async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let moment = Moment { now: Ts::from_millis(1_795_366_902_500), waiting: 0, last_pub_at: None };
        let ledger = Ledger { torrents: vec![], entries: vec![], moment, not_modified: 0 };
        let stub = Arc::new(Self {
            base: BaseUrl::parse(&origin, "grab").unwrap(),
            feed: FeedPublicId::parse("Ab3dEf6hIj9l").unwrap(),
            secret: DownloadSecret::from_bytes([7; 32]),
            ledger: Mutex::new(ledger),
        });
        let routes = Router::new()
            .route("/grab/f/token/rss.xml", get(feed))
            .route("/grab/d/{feed}/{mac}/{file}", get(download))
            .with_state(Arc::clone(&stub));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        stub
    }

    /// Puts torrents into the feed.
    pub(crate) fn publish(&self, torrents: impl IntoIterator<Item = TinyTorrent>) {
        let mut ledger = self.ledger.lock().unwrap();
        for torrent in torrents {
            let number = i64::try_from(ledger.torrents.len()).unwrap();
            ledger.torrents.push(torrent);
            ledger.entries.push(Entry {
                id: TorrentId(number),
                queued: number,
                pub_at: None,
                readings: 0,
                delivered_at: None,
            });
        }
    }

    pub(crate) fn feed_url(&self) -> String {
        self.base.join(&["f", "token", "rss.xml"])
    }

    pub(crate) fn download_url(&self, torrent: &TinyTorrent) -> String {
        self.base.download(&DownloadLink::new(&self.feed, &self.secret, torrent.infohash))
    }

    /// How many torrents were fetched at least once.
    pub(crate) fn delivered(&self) -> usize {
        self.ledger.lock().unwrap().entries.iter().filter(|entry| entry.delivered_at.is_some()).count()
    }

    /// How many times the feed was answered with 304.
    pub(crate) fn not_modified(&self) -> usize {
        self.ledger.lock().unwrap().not_modified
    }

    fn item(&self, torrent: &TinyTorrent, listed: Listed) -> Item {
        Item {
            title: torrent.name.clone(),
            source: Source::Torrent {
                url: self.download_url(torrent),
                total_bytes: torrent.content.len() as u64,
            },
            infohash: torrent.infohash,
            pub_at: listed.pub_at,
            description: "ExampleTracker".to_owned(),
            category: "Movies".to_owned(),
            indexer: None,
        }
    }
}

impl Ledger {
    /// Arranges the listing and records what the decision says.
    fn arrange(&mut self) -> Arrangement {
        self.moment.waiting = self.entries.iter().filter(|entry| entry.pub_at.is_none()).count() as u64;
        let arrangement = arrange(&self.entries, self.moment, WINDOW);
        for listed in &arrangement.first_listed {
            let entry = &mut self.entries[usize::try_from(listed.id.0).unwrap()];
            entry.pub_at = Some(listed.pub_at);
            self.moment.last_pub_at = Some(listed.pub_at);
        }
        arrangement
    }
}

async fn feed(State(stub): State<Arc<Stub>>, headers: HeaderMap) -> Response {
    let channel = Channel {
        title: "grabfeed: test".to_owned(),
        description: "Tiny torrents".to_owned(),
        link: stub.base.as_str().to_owned(),
    };
    let mut ledger = stub.ledger.lock().unwrap();
    let Arrangement { listing, to_be_read, .. } = ledger.arrange();
    for id in to_be_read {
        ledger.entries[usize::try_from(id.0).unwrap()].readings += 1;
    }
    // No client reads twice in a minute; the stub's clock knows no other time than that of its readings.
    ledger.moment.now = ledger.moment.now.plus(Duration::from_mins(1));
    let torrent = |id: TorrentId| &ledger.torrents[usize::try_from(id.0).unwrap()];
    let items: Vec<_> = listing.into_iter().map(|listed| stub.item(torrent(listed.id), listed)).collect();
    let body = rss::render(&channel, &items);
    let tag = Etag::from_body(&body);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| tag.matches(known)) {
        ledger.not_modified += 1;
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag.header_value())]).into_response();
    }
    let headers =
        [(header::CONTENT_TYPE, FeedFormat::Rss.media_type().to_owned()), (header::ETAG, tag.header_value())];
    (headers, body).into_response()
}

async fn download(
    State(stub): State<Arc<Stub>>,
    Path((feed, mac, file)): Path<(String, String, String)>,
) -> Response {
    let link = DownloadLink::parse(&stub.feed, &mac, &file)
        .filter(|link| feed == stub.feed.as_str() && link.is_genuine(&stub.secret));
    let mut ledger = stub.ledger.lock().unwrap();
    let place = link.and_then(|link| ledger.torrents.iter().position(|held| held.infohash == link.infohash));
    let Some(place) = place else { return StatusCode::NOT_FOUND.into_response() };
    ledger.entries[place].delivered_at = Some(ledger.moment.now);
    let torrent = &ledger.torrents[place];
    let headers = [
        (header::CONTENT_TYPE, TORRENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&torrent.name, &torrent.infohash)),
    ];
    (headers, torrent.bytes.clone()).into_response()
}
