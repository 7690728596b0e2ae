//! What the stories begin with: reports, torrents, feeds, and grabs in each state.

use std::time::Duration;

use grabfeed::domain::app::{AppKind, AppName};
use grabfeed::domain::attempt::AttemptStep;
use grabfeed::domain::feed::{FeedName, FeedPublicId};
use grabfeed::domain::feed_begin::FeedBegin;
use grabfeed::domain::feed_filter::FeedFilter;
use grabfeed::domain::ids::{GrabId, TorrentId};
use grabfeed::domain::infohash::Infohash;
use grabfeed::domain::reason::Reason;
use grabfeed::domain::schedule::Next;
use grabfeed::domain::sighting::{Origin, Protocol, Requester, Sighting};
use grabfeed::domain::time::Ts;
use grabfeed::domain::torrent::TorrentFacts;
use grabfeed::ops::clock::Clock;
use grabfeed::store::{
    Batch, Claimed, Cursor, Ending, Feed, NewFeed, NewTorrent, OpenOptions, Recorded, StepEnd, Store,
    TorrentBody, UnfetchedLimits,
};
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::database::Home;

/// The moment at which every story begins.
pub(super) const NOW: Ts = Ts::from_millis(1_800_000_000_000);
/// How long a claim lasts.
pub(super) const LEASE: Duration = Duration::from_mins(1);

pub(super) fn after(seconds: u64) -> Ts {
    NOW.plus(Duration::from_secs(seconds))
}

pub(super) async fn store_in(home: &Home) -> Store {
    home.open(&Clock::fixed(NOW)).await
}

/// A history read up to this moment, by a reading that began with it.
pub(super) fn cursor(name: &str, at: Ts) -> Cursor {
    Cursor { app: app(name), at, began_at: at, latest: Ts::MAX }
}

/// A hold of so many seconds, whatever happened before.
pub(super) async fn hold(store: &Store, indexer: &str, seconds: u64, reason: Reason) {
    store.hold_indexer(indexer, reason, NOW, |_| Duration::from_secs(seconds)).await.unwrap();
}

/// Runs a statement past the store.
pub(super) async fn tamper(home: &Home, sql: &'static str) {
    match home.options() {
        OpenOptions::File(path) => {
            let mut database = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut database).await.unwrap();
            database.close().await.unwrap();
        }
        OpenOptions::Postgres(url) => {
            let mut database = PgConnection::connect(url.expose_secret()).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut database).await.unwrap();
        }
    }
}

/// Two replicas on one PostgreSQL database; on SQLite, where one process has the file, the same store twice.
pub(super) async fn replicas(home: &Home) -> [Store; 2] {
    let store = store_in(home).await;
    let other = if store.is_shared() { store_in(home).await } else { store.clone() };
    [store, other]
}

pub(super) fn app(name: &str) -> AppName {
    AppName::parse(name).unwrap()
}

/// The infohash number `number`.
pub(super) fn hash(number: u32) -> Infohash {
    let mut bytes = [7; 20];
    bytes[16..].copy_from_slice(&number.to_be_bytes());
    Infohash::V1(bytes)
}

/// Radarr's webhook about a grab; its download id may be an infohash.
pub(super) fn webhook(title: &str, download_id: Option<&str>) -> Sighting {
    Sighting {
        app: app("radarr"),
        kind: AppKind::Radarr,
        origin: Origin::Webhook,
        origin_key: format!("webhook of {title}"),
        grabbed_at: NOW,
        title: title.to_owned(),
        indexer: Some("Alpha (Prowlarr)".to_owned()),
        prowlarr_indexer_id: None,
        download_id: download_id.map(str::to_owned),
        infohash: None,
        protocol: Protocol::Unknown,
        size_bytes: Some(1_000),
        link: None,
        requester: None,
        release_hash: None,
    }
}

/// A row of Radarr's history with a link.
pub(super) fn history(row: u32, title: &str, download_id: Option<&str>) -> Sighting {
    Sighting {
        origin: Origin::AppHistory,
        origin_key: row.to_string(),
        protocol: Protocol::Torrent,
        link: Some(format!("http://127.0.0.1/download?file={title}").into()),
        ..webhook(title, download_id)
    }
}

/// A row of Prowlarr's history: Radarr on the host `nas` asked for the download.
pub(super) fn prowlarr_row(row: u32, title: &str) -> Sighting {
    let requester = Requester {
        kind: Some(AppKind::Radarr),
        host: "nas".to_owned(),
        polled: true,
        ourselves: false,
        foreign: None,
    };
    Sighting {
        app: app("prowlarr"),
        kind: AppKind::Prowlarr,
        origin: Origin::ProwlarrHistory,
        origin_key: row.to_string(),
        indexer: Some("Alpha".to_owned()),
        prowlarr_indexer_id: Some(4),
        protocol: Protocol::Torrent,
        size_bytes: None,
        requester: Some(requester),
        ..webhook(title, None)
    }
}

pub(super) async fn record(store: &Store, sightings: Vec<Sighting>) -> Vec<Recorded> {
    store.record(Batch { sightings, ..Batch::default() }, NOW).await.unwrap()
}

/// A grab that is due at once.
pub(super) async fn pending(store: &Store, number: u32, indexer: &str) -> GrabId {
    let mut sighting = history(number, &format!("Release {number}"), Some(&hash(number).to_string()));
    sighting.indexer = Some(indexer.to_owned());
    match record(store, vec![sighting]).await[..] {
        [Recorded::New(id)] => id,
        ref other => panic!("not one new grab: {other:?}"),
    }
}

pub(super) async fn claim(store: &Store, now: Ts) -> Option<Claimed> {
    store.claim_due(now, LEASE, 10).await.unwrap()
}

/// How a download ended.
pub(super) fn ended(ending: Ending) -> StepEnd {
    StepEnd {
        step: AttemptStep::Download,
        ending,
        detail: None,
        duration: Duration::from_millis(12),
        place: None,
        about: None,
        found_link: None,
    }
}

/// Not this time.
pub(super) fn retry(at: Ts, reason: Reason, counts: bool) -> Ending {
    Ending::Failing { reason, retry_after: None, next: Next::At { at, counts } }
}

/// Not at all.
pub(super) fn given_up(reason: Reason) -> Ending {
    Ending::Failing { reason, retry_after: None, next: Next::GiveUp(reason) }
}

/// Ends the claim as ready with this torrent.
pub(super) async fn make_ready(store: &Store, claimed: &Claimed, torrent: NewTorrent, now: Ts) {
    assert!(store.resolve(claimed, ended(Ending::Ready(torrent)), now).await.unwrap().is_some());
}

pub(super) async fn make_failed(store: &Store, claimed: &Claimed, now: Ts) {
    assert!(store.resolve(claimed, ended(given_up(Reason::Gone)), now).await.unwrap().is_some());
}

/// A grab that became ready, and its torrent.
pub(super) async fn ready(store: &Store, number: u32, now: Ts) -> (GrabId, TorrentId) {
    let id = pending(store, number, "Alpha").await;
    let claimed = claim(store, now).await.expect("it is due");
    assert_eq!(claimed.grab.id, id);
    make_ready(store, &claimed, torrent(number, "Alpha"), now).await;
    (id, store.grab(id).await.unwrap().unwrap().torrent.unwrap())
}

pub(super) fn torrent(number: u32, indexer: &str) -> NewTorrent {
    let Infohash::V1(v1) = hash(number) else { unreachable!() };
    NewTorrent {
        infohash: hash(number),
        facts: TorrentFacts {
            v1: Some(v1),
            v2: None,
            name: format!("Content {number}"),
            total_bytes: 1_000,
            file_count: 2,
            piece_length_bytes: 16_384,
            private: true,
        },
        indexer: Some(indexer.to_owned()),
        body: TorrentBody::File(format!("bytes of {number} from {indexer}").into_bytes()),
    }
}

pub(super) fn new_feed(name: &str, filter: FeedFilter) -> NewFeed {
    let number = name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    NewFeed {
        public_id: FeedPublicId::parse(&format!("{number:020}")).unwrap(),
        name: FeedName::parse(name).unwrap(),
        filter,
        begins: FeedBegin::Everything,
        token_hash: token(name),
        token_shown: "gf_…abcd".to_owned(),
        link_secret: [9; 32],
    }
}

/// The hash of a feed's token.
pub(super) fn token(name: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
    hash
}

pub(super) async fn feed(store: &Store, name: &str) -> Feed {
    store.create_feed(new_feed(name, FeedFilter::default()), NOW).await.unwrap()
}

/// What no client fetched is kept for ever, and takes what it takes.
pub(super) const UNFETCHED: UnfetchedLimits = UnfetchedLimits { kept_for: None, max_bytes: u64::MAX };
