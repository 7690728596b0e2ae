-- Sign-ins that were sent to an OpenID Connect provider and are not back yet, so that any replica may finish them.
CREATE TABLE login_flow (
    -- Of the value that goes to the provider and back.
    state_hash    BLOB PRIMARY KEY,
    -- Of the cookie of the browser that began.
    browser_hash  BLOB NOT NULL,
    nonce         TEXT  NOT NULL,
    pkce_verifier TEXT  NOT NULL,
    return_path   TEXT  NOT NULL,
    expires_at    INTEGER NOT NULL
);
CREATE INDEX login_flow_expires_at ON login_flow (expires_at);
