-- What a client was shown: in how many whole readings of its feed each item was, no more than two.

ALTER TABLE feed_item ADD COLUMN readings BIGINT NOT NULL DEFAULT 0;
-- Before, readings of the feed were counted since its first listing; an item that had given up its place was read often.
UPDATE feed_item SET readings = CASE
    WHEN yielded_at IS NOT NULL THEN 2
    WHEN (SELECT f.poll_count FROM feed f WHERE f.id = feed_item.feed_id) - first_listed_poll >= 2 THEN 2
    WHEN (SELECT f.poll_count FROM feed f WHERE f.id = feed_item.feed_id) - first_listed_poll = 1 THEN 1
    ELSE 0 END
    WHERE pub_at IS NOT NULL;
ALTER TABLE feed_item DROP COLUMN yielded_at;
ALTER TABLE feed_item DROP COLUMN first_listed_poll;

-- One queue per state, in the order in which places are given.
CREATE INDEX feed_item_queue ON feed_item (feed_id, readings, pub_at, id) WHERE delivered_at IS NULL;
