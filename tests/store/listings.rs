//! Pages of grabs and torrents: what is in them, in which order.

use grabfeed::domain::grab::GrabState;
use grabfeed::domain::reason::Reason;
use grabfeed::store::{Direction, GrabFilter, GrabSort, Store, TorrentFilter, TorrentSort};

use super::given::{NOW, after, app, claim, hash, make_failed, pending, ready, store_in};
use crate::support::database::{Home, both_engines};

both_engines! {
    grabs_are_sorted_by_every_key_in_both_directions,
    grabs_are_filtered_by_what_is_asked_of_each,
    torrents_are_sorted_filtered_and_paged,
    a_torrent_is_found_by_its_hash_without_its_bytes,
}

async fn titles(store: &Store, filter: GrabFilter) -> Vec<String> {
    let page = store.grabs(&filter, 10, 0).await.unwrap();
    assert_eq!(page.total, page.grabs.len() as u64);
    page.grabs.into_iter().map(|grab| grab.title.replace("Release ", "")).collect()
}

/// Release 1 is ready, 2 has failed, 3 is pending.
async fn three(store: &Store) {
    ready(store, 1, NOW).await;
    pending(store, 2, "Alpha").await;
    let claimed = claim(store, after(1)).await.unwrap();
    make_failed(store, &claimed, after(1)).await;
    pending(store, 3, "Beta").await;
}

async fn grabs_are_sorted_by_every_key_in_both_directions(home: Home) {
    let store = store_in(&home).await;
    three(&store).await;
    for (sort, upwards) in [
        (GrabSort::CreatedAt, "123"),
        (GrabSort::GrabbedAt, "123"),
        (GrabSort::FinishedAt, "312"),
        (GrabSort::Title, "123"),
        (GrabSort::App, "123"),
        (GrabSort::State, "231"), // failed, pending, ready
        (GrabSort::Size, "123"),
    ] {
        let order = |direction| titles(&store, GrabFilter { sort, direction, ..GrabFilter::default() });
        assert_eq!(order(Direction::Ascending).await.concat(), upwards, "{sort:?}");
        let downwards: String = upwards.chars().rev().collect();
        assert_eq!(order(Direction::Descending).await.concat(), downwards, "{sort:?}");
    }
    assert_eq!(GrabSort::ALL.len(), 7, "every key is in the table above");
}

async fn grabs_are_filtered_by_what_is_asked_of_each(home: Home) {
    let store = store_in(&home).await;
    three(&store).await;
    let all = GrabFilter::default;
    for (filter, found) in [
        (all(), "321"),
        (GrabFilter { state: Some(GrabState::Ready), ..all() }, "1"),
        (GrabFilter { app: Some(app("radarr")), ..all() }, "321"),
        (GrabFilter { app: Some(app("sonarr")), ..all() }, ""),
        (GrabFilter { reason: Some(Reason::Gone), ..all() }, "2"),
        (GrabFilter { reason: Some(Reason::NotFound), ..all() }, ""),
        (GrabFilter { title: Some("LEASE+3".to_owned()), ..all() }, "3"),
        (GrabFilter { title: Some("release _".to_owned()), ..all() }, ""),
        (GrabFilter { title: Some("%".to_owned()), ..all() }, ""),
        (GrabFilter { title: Some("'; DROP TABLE grab --".to_owned()), ..all() }, ""),
    ] {
        let asked = format!("{filter:?}");
        assert_eq!(titles(&store, filter).await.concat(), found, "{asked}");
    }
    let second = store.grabs(&all(), 2, 2).await.unwrap();
    assert_eq!((second.grabs.len(), second.total), (1, 3));
    assert!(store.grabs(&all(), 2, u64::MAX).await.unwrap().grabs.is_empty());
}

async fn torrents_are_sorted_filtered_and_paged(home: Home) {
    let store = store_in(&home).await;
    for number in 1..=3 {
        ready(&store, number, after(number.into())).await;
    }
    for sort in TorrentSort::ALL {
        for (direction, order) in [(Direction::Ascending, "123"), (Direction::Descending, "321")] {
            let filter = TorrentFilter { sort: *sort, direction, ..TorrentFilter::default() };
            let page = store.torrents(&filter, 10, 0).await.unwrap();
            let names: String =
                page.torrents.iter().map(|torrent| torrent.name.replace("Content ", "")).collect();
            assert_eq!((names.as_str(), page.total), (order, 3), "{sort:?}");
        }
    }
    let of = |indexer: Option<&str>, name: Option<&str>| TorrentFilter {
        indexer: indexer.map(str::to_owned),
        name: name.map(str::to_owned),
        ..TorrentFilter::default()
    };
    for (filter, total) in [
        (of(Some("alpha (Prowlarr)"), None), 3),
        (of(Some("beta"), None), 0),
        (of(None, Some("TENT 2")), 1),
        (of(Some("Alpha"), Some("%")), 0),
    ] {
        assert_eq!(store.torrents(&filter, 10, 0).await.unwrap().total, total, "{filter:?}");
    }
    let page = store.torrents(&TorrentFilter::default(), 2, 2).await.unwrap();
    assert_eq!((page.torrents[0].name.as_str(), page.torrents.len(), page.total), ("Content 1", 1, 3));
}

async fn a_torrent_is_found_by_its_hash_without_its_bytes(home: Home) {
    let store = store_in(&home).await;
    let (_, id) = ready(&store, 1, NOW).await;
    let found = store.torrents_with_hash(&hash(1)).await.unwrap();
    let [torrent] = &found[..] else { panic!("{found:?}") };
    assert_eq!((torrent.id, &torrent.infohash, torrent.magnet), (id, &hash(1).to_string(), false));
    assert_eq!((torrent.total_bytes, torrent.file_count, torrent.piece_length_bytes), (1_000, 2, 16_384));
    assert_eq!((torrent.private, torrent.stored_at, torrent.indexer.as_deref()), (true, NOW, Some("Alpha")));
    assert!(store.torrents_with_hash(&hash(2)).await.unwrap().is_empty());
}
