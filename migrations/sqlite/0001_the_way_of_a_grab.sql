-- Moments are milliseconds since 1970 in UTC (see domain/time.rs); truth values are 0 and 1; both hold for both engines,
-- so that the same statements read the same values. `AUTOINCREMENT` keeps a purged row's number from being given again.

-- A torrent: verified bytes under the hash that names it, or a magnet link where the settings allow those.
-- Two trackers' files with the same hash are two rows.
CREATE TABLE torrent (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    infohash           TEXT    NOT NULL,
    infohash_v1        TEXT,
    infohash_v2        TEXT,
    indexer            TEXT,
    indexer_key        TEXT    NOT NULL,
    name               TEXT    NOT NULL,
    total_bytes        BIGINT  NOT NULL,
    file_count         BIGINT  NOT NULL,
    piece_length_bytes BIGINT  NOT NULL,
    private            BIGINT  NOT NULL,
    magnet             TEXT,
    stored_at          BIGINT  NOT NULL,
    -- Last, because SQLite reads through a large value to reach the columns after it.
    bytes              BLOB,
    CHECK ((bytes IS NULL) <> (magnet IS NULL)),
    UNIQUE (infohash, indexer_key)
);
CREATE INDEX torrent_v1 ON torrent (infohash_v1);
CREATE INDEX torrent_v2 ON torrent (infohash_v2);
CREATE INDEX torrent_stored_at ON torrent (stored_at);

-- A grab: one row whatever the number of sightings. The queue is this table: pending rows whose `next_attempt_at` has come.
CREATE TABLE grab (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    app                 TEXT    NOT NULL,
    app_kind            TEXT    NOT NULL,
    state               TEXT    NOT NULL CHECK (state IN ('pending', 'ready', 'failed', 'skipped')),
    reason              TEXT,
    title               TEXT    NOT NULL,
    title_key           TEXT    NOT NULL,
    indexer             TEXT,
    indexer_key         TEXT    NOT NULL,
    prowlarr_indexer_id BIGINT,
    download_id         TEXT,
    expected_infohash   TEXT,
    protocol            TEXT    NOT NULL,
    size_bytes          BIGINT,
    link                TEXT,
    grabbed_at          BIGINT  NOT NULL,
    created_at          BIGINT  NOT NULL,
    round_since         BIGINT  NOT NULL,
    finished_at         BIGINT,
    attempts            BIGINT  NOT NULL DEFAULT 0,
    next_attempt_at     BIGINT,
    lease_until         BIGINT  NOT NULL DEFAULT 0,
    -- Fencing: raised by every claim, so that a worker that lost its lease cannot write.
    lease_token         BIGINT  NOT NULL DEFAULT 0,
    torrent_id          BIGINT  REFERENCES torrent (id),
    seen_by_webhook     BIGINT  NOT NULL DEFAULT 0,
    seen_in_history     BIGINT  NOT NULL DEFAULT 0,
    -- Found by the first look into an app's history, from before grabfeed listened: no webhook was missed.
    backfilled          BIGINT  NOT NULL DEFAULT 0,
    CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'ready') = (torrent_id IS NOT NULL))
);
CREATE INDEX grab_due ON grab (next_attempt_at, id) WHERE state = 'pending';
-- How many grabs of an indexer are in work now.
CREATE INDEX grab_in_work ON grab (indexer_key, lease_until) WHERE state = 'pending';
CREATE INDEX grab_finished ON grab (finished_at) WHERE state IN ('failed', 'skipped');
CREATE INDEX grab_app ON grab (app, state, created_at);
CREATE INDEX grab_title_key ON grab (title_key, grabbed_at);
CREATE INDEX grab_download_id ON grab (download_id) WHERE download_id IS NOT NULL;
CREATE INDEX grab_torrent ON grab (torrent_id) WHERE torrent_id IS NOT NULL;

-- A sighting: one report that a grab happened. Its key makes the same report count once.
CREATE TABLE sighting (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    app            TEXT    NOT NULL,
    origin         TEXT    NOT NULL,
    origin_key     TEXT    NOT NULL,
    outcome        TEXT    NOT NULL CHECK (outcome IN ('new', 'merged', 'waiting', 'own_echo', 'purged')),
    grab_id        BIGINT  REFERENCES grab (id) ON DELETE CASCADE,
    seen_at        BIGINT  NOT NULL,
    grabbed_at     BIGINT  NOT NULL,
    -- Only for rows of Prowlarr's history that wait for the report of the app that asked for the download.
    requester_kind TEXT,
    requester_host TEXT,
    title          TEXT,
    title_key      TEXT,
    indexer        TEXT,
    indexer_key    TEXT,
    prowlarr_indexer_id BIGINT,
    UNIQUE (app, origin, origin_key)
);
CREATE INDEX sighting_grab ON sighting (grab_id);
CREATE INDEX sighting_waiting ON sighting (requester_kind, title_key) WHERE outcome = 'waiting';
CREATE INDEX sighting_requester ON sighting (requester_kind, requester_host) WHERE outcome = 'merged';
CREATE INDEX sighting_seen_at ON sighting (seen_at);

-- Each try to get a grab's torrent, with its outcome: the grab's timeline.
CREATE TABLE attempt (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    grab_id         BIGINT NOT NULL REFERENCES grab (id) ON DELETE CASCADE,
    at              BIGINT NOT NULL,
    step            TEXT   NOT NULL,
    outcome         TEXT   NOT NULL,
    reason          TEXT,
    -- JSON: the refused candidates of a search with their reasons, or the HTTP status.
    detail          TEXT,
    duration_ms     BIGINT NOT NULL,
    next_attempt_at BIGINT
);
CREATE INDEX attempt_grab ON attempt (grab_id, id);

-- An indexer that is left alone for a while after a failure.
CREATE TABLE indexer_hold (
    indexer_key TEXT   PRIMARY KEY,
    held_until  BIGINT NOT NULL,
    reason      TEXT   NOT NULL
);

-- How far an app's (or Prowlarr's) history was read, and what the webhook delivered meanwhile.
CREATE TABLE app_sync (
    app              TEXT   PRIMARY KEY,
    -- Newest moment up to which every row was stored.
    cursor_at        BIGINT,
    last_success_at  BIGINT,
    last_failure_at  BIGINT,
    last_failure     TEXT,
    first_webhook_at BIGINT,
    last_webhook_at  BIGINT,
    webhook_secret   TEXT
);

-- Periodic work, done once per period over all replicas.
CREATE TABLE job (
    name        TEXT   PRIMARY KEY,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_token BIGINT NOT NULL DEFAULT 0
);

-- A feed: a named subscription with its own secrets. The path token is kept as a hash; the secret that signs download
-- links must be readable to sign, and survives a rotation of the token.
CREATE TABLE feed (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id      TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    -- Folded, since names that differ in case only are the same name.
    name_key       TEXT    NOT NULL,
    filter         TEXT    NOT NULL,
    token_hash     BLOB    NOT NULL UNIQUE,
    token_shown    TEXT    NOT NULL,
    link_secret    BLOB    NOT NULL,
    created_at     BIGINT  NOT NULL,
    revoked_at     BIGINT,
    last_used_at   BIGINT,
    last_client    TEXT,
    poll_count     BIGINT  NOT NULL DEFAULT 0,
    -- The newest `pub_at` ever given, so that dates strictly rise whatever the clock does.
    last_pub_at    BIGINT  NOT NULL DEFAULT 0,
    -- Raised by everything that can change what the feed lists.
    version        BIGINT  NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX feed_name ON feed (name_key) WHERE revoked_at IS NULL;

-- The delivery ledger: what each feed has listed and what was fetched from it.
CREATE TABLE feed_item (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id           BIGINT NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    torrent_id        BIGINT NOT NULL REFERENCES torrent (id),
    infohash          TEXT   NOT NULL,
    title             TEXT   NOT NULL,
    category          TEXT   NOT NULL,
    queued_at         BIGINT NOT NULL,
    pub_at            BIGINT,
    first_listed_at   BIGINT,
    first_listed_poll BIGINT,
    delivered_at      BIGINT,
    yielded_at        BIGINT,
    UNIQUE (feed_id, infohash)
);
CREATE INDEX feed_item_torrent ON feed_item (torrent_id);
CREATE INDEX feed_item_pub_at ON feed_item (feed_id, pub_at);
CREATE INDEX feed_item_title ON feed_item (feed_id, title);

-- Each fetch of a torrent through a feed.
CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id    BIGINT NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    torrent_id BIGINT NOT NULL REFERENCES torrent (id) ON DELETE CASCADE,
    at         BIGINT NOT NULL,
    client     TEXT
);
CREATE INDEX delivery_at ON delivery (at);
CREATE INDEX delivery_torrent ON delivery (torrent_id);

-- An account's API key, kept as a hash.
CREATE TABLE api_key (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    key_hash     BLOB    NOT NULL UNIQUE,
    key_shown    TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT,
    expires_at   BIGINT,
    revoked_at   BIGINT
);
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;
