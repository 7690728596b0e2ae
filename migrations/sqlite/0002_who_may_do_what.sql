-- The account, its sessions, and what is remembered of failed attempts.

-- The one account. The row's number is fixed, so of many who create it at once one succeeds.
CREATE TABLE administrator (
    id                  INTEGER PRIMARY KEY CHECK (id = 1),
    name                TEXT   NOT NULL,
    -- Argon2id in PHC form, or a hash of the predecessor until the next sign-in.
    password_hash       TEXT   NOT NULL,
    created_at          INTEGER NOT NULL,
    password_changed_at INTEGER NOT NULL
);

-- What the set-up must show while there is no account; every replica has a token of its own.
CREATE TABLE setup_token (
    token_hash BLOB  PRIMARY KEY,
    created_at INTEGER NOT NULL
);

CREATE TABLE session (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB  NOT NULL UNIQUE,
    -- How its owner signed in: password, oidc.
    method       TEXT   NOT NULL,
    network      TEXT   NOT NULL,
    client       TEXT,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    -- However much it is used.
    expires_at   INTEGER NOT NULL
);

-- Where the owner has signed in from: others cannot keep these networks out by guessing.
CREATE TABLE known_network (
    network           TEXT   PRIMARY KEY,
    last_signed_in_at INTEGER NOT NULL
);

-- Failed attempts per account and per network, for all replicas.
CREATE TABLE throttle (
    subject       TEXT   PRIMARY KEY,
    failures      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL
);
CREATE INDEX throttle_last_at ON throttle (last_at);
