-- What is told of grabs and feeds: what a reason is about, and what no client fetched.

-- The place that the reason names, as the settings would write it; NULL where the reason names none.
ALTER TABLE grab ADD COLUMN reason_about TEXT;
-- The link of the best result of the one search, so that no failed download costs another.
ALTER TABLE grab ADD COLUMN found_link TEXT;

-- Whether no client of some feed had fetched its torrent when it was purged.
ALTER TABLE purged_grab ADD COLUMN unfetched BIGINT NOT NULL DEFAULT 0;
CREATE INDEX purged_grab_unfetched ON purged_grab (purged_at) WHERE unfetched = 1;
-- What a feed still has to deliver, and when it last did.
CREATE INDEX feed_item_undelivered ON feed_item (feed_id, torrent_id) WHERE delivered_at IS NULL;
CREATE INDEX delivery_feed ON delivery (feed_id, at);
