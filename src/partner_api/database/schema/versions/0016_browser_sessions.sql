-- Of every secret only its keyed hash is kept. A session is good while the token or key that opened it is.

CREATE TABLE operator_sessions (
    id             uuid PRIMARY KEY,
    operator_id    uuid NOT NULL REFERENCES operators (id),
    operator_keyid text NOT NULL, -- of the token that opened it: after a rotation another is in force
    keyid          text NOT NULL UNIQUE,
    secret_hash    bytea NOT NULL,
    hash_key_id    text NOT NULL,
    created_at     timestamptz(3) NOT NULL,
    expires_at     timestamptz(3) NOT NULL,
    ended_at       timestamptz(3),
    address        text NOT NULL,
    user_agent     text NOT NULL CHECK (length(user_agent) <= 300),
    kept_form      jsonb, -- what the operator had filled in when the session before this one ended
    CONSTRAINT operator_sessions_times CHECK (
        least(created_at, expires_at, ended_at) >= '1970-01-01Z' AND greatest(created_at, expires_at, ended_at) < '10000-01-01Z')
);
CREATE INDEX operator_sessions_newest ON operator_sessions (operator_id, id DESC);
CREATE INDEX operator_sessions_expired ON operator_sessions (expires_at);

-- Opens one session of its operator, once.
CREATE TABLE sign_in_links (
    keyid          text PRIMARY KEY,
    operator_id    uuid NOT NULL REFERENCES operators (id),
    operator_keyid text NOT NULL,
    secret_hash    bytea NOT NULL,
    hash_key_id    text NOT NULL,
    created_at     timestamptz(3) NOT NULL,
    expires_at     timestamptz(3) NOT NULL,
    used_at        timestamptz(3),
    CONSTRAINT sign_in_links_times CHECK (
        least(created_at, expires_at, used_at) >= '1970-01-01Z' AND greatest(created_at, expires_at, used_at) < '10000-01-01Z')
);
CREATE INDEX sign_in_links_expired ON sign_in_links (expires_at);

-- One row is both: the link that a partner's program asks for, and the session that the link opens, once.
CREATE TABLE portal_sessions (
    tenant_id           bigint NOT NULL,
    id                  uuid NOT NULL,
    organization_id     uuid NOT NULL, -- whose money it shows
    api_key_id          uuid NOT NULL, -- that asked for it: the session ends with the key
    api_keyid           text NOT NULL,
    return_url          text,
    link_secret_hash    bytea NOT NULL,
    link_hash_key_id    text NOT NULL,
    session_secret_hash bytea,
    session_hash_key_id text,
    created_at          timestamptz(3) NOT NULL,
    expires_at          timestamptz(3) NOT NULL,
    opened_at           timestamptz(3),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    FOREIGN KEY (tenant_id, api_key_id) REFERENCES api_keys (tenant_id, id),
    CHECK ((opened_at IS NULL) = (session_secret_hash IS NULL)),
    CHECK ((session_secret_hash IS NULL) = (session_hash_key_id IS NULL)),
    CONSTRAINT portal_sessions_times CHECK (
        least(created_at, expires_at, opened_at) >= '1970-01-01Z' AND greatest(created_at, expires_at, opened_at) < '10000-01-01Z')
);
CREATE INDEX portal_sessions_expired ON portal_sessions (expires_at);
