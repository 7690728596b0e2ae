-- Where a feed begins: it takes what was grabbed before it was made only from this moment on; 0: everything.

ALTER TABLE feed ADD COLUMN begins_at BIGINT NOT NULL DEFAULT 0;
