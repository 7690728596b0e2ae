-- What spares the trackers.

-- Searches that one indexer was asked for in one hour.
CREATE TABLE search_spent (
    indexer_key TEXT   NOT NULL,
    hour        BIGINT NOT NULL,
    searches    BIGINT NOT NULL,
    PRIMARY KEY (indexer_key, hour)
);

-- When the next request for a torrent may go to a host, and when the next one of a first look into the past.
CREATE TABLE host_pace (
    host        TEXT   PRIMARY KEY,
    free_at     BIGINT NOT NULL,
    catch_up_at BIGINT NOT NULL
);

-- Programs whose downloads through Prowlarr are no grabs, with how many there were: apps that are not configured, and what
-- only probes.
CREATE TABLE foreign_source (
    source   TEXT   PRIMARY KEY,
    rows_seen BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);

-- Whether the grab has its turn at its host already.
ALTER TABLE grab ADD COLUMN has_turn BIGINT NOT NULL DEFAULT 0;
-- Whether a person asked for it again: then it is searched for, whatever tells of it.
ALTER TABLE grab ADD COLUMN retried BIGINT NOT NULL DEFAULT 0;
-- What the indexer calls the release, as a hash: the same release grabbed again needs no second download.
ALTER TABLE grab ADD COLUMN release_hash TEXT;
CREATE INDEX grab_release ON grab (release_hash) WHERE release_hash IS NOT NULL;

-- Where the first reading of a history began: no later one goes further back.
ALTER TABLE app_sync ADD COLUMN began_at BIGINT;

-- Grabs of a first look into the past wait behind new ones.
CREATE INDEX grab_in_line ON grab (backfilled, next_attempt_at, id) WHERE state = 'pending';

-- What is left of a purged grab, so that no history read anew brings it back: under another app's name, or through Prowlarr.
CREATE TABLE purged_grab (
    title_key   TEXT   NOT NULL,
    indexer_key TEXT   NOT NULL,
    infohash    TEXT,
    grabbed_at  BIGINT NOT NULL,
    purged_at   BIGINT NOT NULL
);
CREATE INDEX purged_grab_title ON purged_grab (title_key, grabbed_at);
CREATE INDEX purged_grab_at ON purged_grab (purged_at);
