//! Opening: migrations run once, a newer or damaged database is refused, a copy is made before a change.

use std::path::PathBuf;

use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenError, OpenOptions, Store};
use secrecy::SecretString;

use super::given::{NOW, pending, ready, store_in, tamper};
use crate::support::database::{Home, both_engines, postgres_store, sqlite_store};

both_engines! {
    a_database_is_migrated_once_and_keeps_what_it_holds,
    two_replicas_that_start_at_once_both_open_it,
    a_schema_newer_than_the_program_is_refused,
    a_closed_store_says_that_the_database_is_unavailable,
}

async fn open(home: &Home) -> Result<Store, OpenError> {
    Store::open(home.options(), Clock::fixed(NOW)).await
}

async fn a_database_is_migrated_once_and_keeps_what_it_holds(home: Home) {
    let store = store_in(&home).await;
    let (id, torrent) = ready(&store, 1, NOW).await;
    store.close().await;
    let store = store_in(&home).await;
    store.ping().await.unwrap();
    assert_eq!(store.grab(id).await.unwrap().unwrap().torrent, Some(torrent));
    assert!(store.check().await.unwrap().is_empty());
}

async fn two_replicas_that_start_at_once_both_open_it(home: Home) {
    if let Home::File(_) = home {
        // One process only has a SQLite file, but a command may open it while the service does.
        store_in(&home).await.close().await;
    }
    let (one, two, three) = tokio::join!(open(&home), open(&home), open(&home));
    for store in [one, two, three] {
        store.unwrap().ping().await.unwrap();
    }
}

async fn a_schema_newer_than_the_program_is_refused(home: Home) {
    store_in(&home).await.close().await;
    tamper(
        &home,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .await;
    assert!(matches!(open(&home).await, Err(OpenError::Newer(9999))));
}

async fn a_closed_store_says_that_the_database_is_unavailable(home: Home) {
    let store = store_in(&home).await;
    store.close().await;
    assert_eq!(store.ping().await.unwrap_err().kind(), "unavailable");
}

fn file(home: &Home) -> PathBuf {
    let OpenOptions::File(path) = home.options() else { panic!("a file") };
    path
}

/// Takes away what the migrations after the first have made.
const AS_FIRST_PUBLISHED: &str = "\
    DROP INDEX feed_key; DROP INDEX feed_former_token; DROP INDEX grab_indexer; DROP INDEX torrent_indexer; \
    ALTER TABLE feed DROP COLUMN key_id; ALTER TABLE feed DROP COLUMN former_token_hash; \
    ALTER TABLE feed DROP COLUMN former_token_until; DROP TABLE login_flow; DROP TABLE administrator; \
    DROP TABLE setup_token; DROP TABLE session; DROP TABLE known_network; DROP TABLE throttle; \
    DROP INDEX grab_place; DROP INDEX grab_release; DROP INDEX grab_in_line; DROP INDEX grab_unconfirmed; DROP TABLE setting_seen; \
    DROP TABLE search_spent; DROP TABLE host_pace; DROP TABLE foreign_source; DROP TABLE purged_grab; \
    ALTER TABLE indexer_hold DROP COLUMN strikes; ALTER TABLE grab DROP COLUMN place; \
    ALTER TABLE grab DROP COLUMN freed; ALTER TABLE grab DROP COLUMN has_turn; ALTER TABLE grab DROP COLUMN retried; \
    ALTER TABLE grab DROP COLUMN release_hash; ALTER TABLE app_sync DROP COLUMN began_at; \
    ALTER TABLE grab DROP COLUMN reason_about; ALTER TABLE grab DROP COLUMN found_link; \
    DROP INDEX feed_item_undelivered; DROP INDEX delivery_feed; DROP INDEX feed_item_queue; ALTER TABLE feed DROP COLUMN begins_at; \
    ALTER TABLE feed_item DROP COLUMN readings; ALTER TABLE feed_item ADD COLUMN yielded_at BIGINT; \
    ALTER TABLE feed_item ADD COLUMN first_listed_poll BIGINT; \
    DELETE FROM _sqlx_migrations WHERE version > 1";

#[tokio::test]
async fn a_file_is_copied_before_a_migration_changes_it() {
    let (store, home) = sqlite_store(&Clock::fixed(NOW)).await;
    let id = pending(&store, 1, "Alpha").await;
    store.close().await;
    let copy = |version| PathBuf::from(format!("{}.before-migration-{version}", file(&home).display()));
    tamper(&home, AS_FIRST_PUBLISHED).await;
    // What an earlier try left on a full disk is no copy.
    std::fs::write(copy(1), b"").unwrap();
    store_in(&home).await.close().await;
    let from_copy = Home::file();
    std::fs::rename(copy(1), file(&from_copy)).unwrap();
    for home in [&home, &from_copy] {
        let kept = store_in(home).await.grab(id).await.unwrap();
        assert!(kept.is_some(), "the file has what it had, and so has its copy from before");
    }
    assert!(!copy(8).exists(), "no copy without need");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_and_what_lies_beside_it_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let (store, home) = sqlite_store(&Clock::fixed(NOW)).await;
    pending(&store, 1, "Alpha").await;
    let folder = file(&home).parent().unwrap().to_owned();
    let names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    let mode = |entry: &std::fs::DirEntry| entry.metadata().unwrap().permissions().mode() & 0o777;
    let private = |entry: &std::fs::DirEntry| mode(entry) == 0o600;
    let open: Vec<_> = names.iter().filter(|entry| !private(entry)).map(std::fs::DirEntry::path).collect();
    assert!(names.len() >= 2 && open.is_empty(), "{open:?}");
    store.close().await;
}

#[tokio::test]
async fn a_damaged_file_is_refused_as_damaged() {
    let home = Home::file();
    std::fs::write(file(&home), "this is a text and no database ".repeat(400)).unwrap();
    assert!(matches!(open(&home).await, Err(OpenError::Damaged)), "no database at all");

    let (store, home) = sqlite_store(&Clock::fixed(NOW)).await;
    for number in 0..50 {
        pending(&store, number, "Alpha").await;
    }
    store.close().await;
    let mut bytes = std::fs::read(file(&home)).unwrap();
    let (start, end) = (4096 * 2, bytes.len() - 4096);
    bytes[start..end].iter_mut().for_each(|byte| *byte = 0x5a);
    std::fs::write(file(&home), bytes).unwrap();
    assert!(matches!(open(&home).await, Err(OpenError::Damaged)), "pages in its middle are overwritten");
}

#[tokio::test]
async fn a_url_that_cannot_be_read_or_reached_is_said_so_without_its_password() {
    for (url, bad) in [("postgres://:::", true), ("postgres://a:test-password@127.0.0.1:1/x", false)] {
        let error =
            Store::open(OpenOptions::Postgres(SecretString::from(url)), Clock::fixed(NOW)).await.unwrap_err();
        assert_eq!(matches!(error, OpenError::BadUrl), bad, "{error}");
        assert!(!format!("{error} {error:?}").contains("test-password"));
    }
}

#[tokio::test]
async fn postgresql_tells_the_time_of_its_own_clock_and_sqlite_that_of_the_process() {
    let clock = Clock::fixed(NOW);
    let (sqlite, _home) = sqlite_store(&clock).await;
    let (postgres, _other_home) = postgres_store(&clock).await;
    assert_eq!(sqlite.now().await.unwrap(), NOW);
    let before = Clock::system().now();
    let told = postgres.now().await.unwrap();
    assert!(told >= before && told <= Clock::system().now(), "the server is this machine");
    clock.advance(std::time::Duration::from_hours(1));
    assert!(postgres.now().await.unwrap().since(told).as_secs() >= 3_600, "a demo can set it forward");
    assert!(postgres.is_shared() && !sqlite.is_shared());
}
