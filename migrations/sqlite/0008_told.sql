-- What a grab's reason is about, and what a search found for it.

-- The place that the reason names, as the settings would write it; NULL where the reason names none.
ALTER TABLE grab ADD COLUMN reason_about TEXT;
-- The link of the best result of the one search, so that no failed download costs another.
ALTER TABLE grab ADD COLUMN found_link TEXT;
