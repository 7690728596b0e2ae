-- What a place that fails does to its grabs, and what they get back when it heals.

-- How often in a row an indexer failed: each time it is left alone longer.
ALTER TABLE indexer_hold ADD COLUMN strikes BIGINT NOT NULL DEFAULT 0;

-- Where the last attempt failed: `prowlarr`, or a host with its port. NULL: nowhere, or not any more.
ALTER TABLE grab ADD COLUMN place TEXT;
-- How often the place's healing made the grab due before its time, so that a dead link is not asked for after each success.
ALTER TABLE grab ADD COLUMN freed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX grab_place ON grab (place) WHERE place IS NOT NULL;

-- What was true of the settings when the service last started, as hashes: what a setting made impossible is tried again
-- when it changes.
CREATE TABLE setting_seen (
    name TEXT PRIMARY KEY,
    hash TEXT NOT NULL
);
