-- Feeds behind the predecessor's paths, one per API key and indexer; and a feed's former token while clients change over.

-- The key whose feed it is; such a feed has a token that nobody knows.
ALTER TABLE feed ADD COLUMN key_id BIGINT REFERENCES api_key (id);
CREATE INDEX feed_key ON feed (key_id);

-- The token before the last rotation, and until when it works.
ALTER TABLE feed ADD COLUMN former_token_hash BYTEA;
ALTER TABLE feed ADD COLUMN former_token_until BIGINT;
CREATE UNIQUE INDEX feed_former_token ON feed (former_token_hash);

-- Which indexers there ever were.
CREATE INDEX grab_indexer ON grab (indexer_key);
CREATE INDEX torrent_indexer ON torrent (indexer_key);
