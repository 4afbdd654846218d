-- What identity providers see and change: when something changed, who is found by what, what they removed.

-- When anything of a user was last changed; accounts elsewhere, assets and seats in groups are no part of it.
ALTER TABLE users ADD COLUMN modified_ms BIGINT NOT NULL DEFAULT 0;
-- Folded in the program: neither database folds every alphabet by itself.
ALTER TABLE users ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN full_name_key TEXT NOT NULL DEFAULT '';
-- Removed by its identity provider, and no longer shown to it, whatever is still to be done here.
ALTER TABLE users ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE users SET modified_ms = state_since_ms, email_key = LOWER(email), full_name_key = LOWER(full_name);
ALTER TABLE users ALTER COLUMN email_key TYPE TEXT COLLATE "C"; -- PostgreSQL only
ALTER TABLE users ALTER COLUMN full_name_key TYPE TEXT COLLATE "C"; -- PostgreSQL only
ALTER TABLE users ALTER COLUMN external_id TYPE TEXT COLLATE "C"; -- PostgreSQL only
ALTER TABLE users ALTER COLUMN guid TYPE TEXT COLLATE "C"; -- PostgreSQL only
DROP INDEX users_email;
CREATE INDEX users_email ON users (tenant_id, email_key) WHERE email_key <> '';
CREATE INDEX users_full_name ON users (tenant_id, full_name_key, id) WHERE state <> 'removed';
-- With `state` and `hidden`, so that those who are shown are counted without a look at the rows.
DROP INDEX users_present;
CREATE INDEX users_present ON users (tenant_id, id, state, hidden) WHERE state <> 'removed';
CREATE INDEX users_modified ON users (tenant_id, modified_ms, id) WHERE state <> 'removed';
CREATE INDEX users_manager ON users (tenant_id, manager_id) WHERE manager_id IS NOT NULL AND state <> 'removed';

-- Addresses of a user besides the one in its row.
CREATE TABLE other_emails (
    tenant_id BIGINT NOT NULL,
    email_key TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, email_key, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX other_emails_user ON other_emails (tenant_id, user_id, email_key);
ALTER TABLE other_emails ALTER COLUMN email_key TYPE TEXT COLLATE "C"; -- PostgreSQL only

ALTER TABLE groups ADD COLUMN modified_ms BIGINT NOT NULL DEFAULT 0;
-- Counts the changes, of members too.
ALTER TABLE groups ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
UPDATE groups SET modified_ms = created_ms;
ALTER TABLE groups ALTER COLUMN name_key TYPE TEXT COLLATE "C"; -- PostgreSQL only
ALTER TABLE groups ALTER COLUMN external_id TYPE TEXT COLLATE "C"; -- PostgreSQL only
ALTER TABLE groups ALTER COLUMN guid TYPE TEXT COLLATE "C"; -- PostgreSQL only
CREATE INDEX groups_modified ON groups (tenant_id, modified_ms, id);

-- A token may be good for provisioning and for nothing else: made anew, for a CHECK cannot be changed.
CREATE TABLE tokens_of_now (
    hash TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT,
    kind TEXT NOT NULL DEFAULT 'named',
    parent_id BIGINT,
    client_id TEXT REFERENCES clients (id),
    chain_hash TEXT,
    refresh_hash TEXT,
    refresh_until_ms BIGINT,
    renewable_until_ms BIGINT,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK (role IN ('none', 'scim', 'auditor', 'operator', 'admin')),
    CHECK (kind IN ('named', 'access', 'cloud', 'service')),
    CHECK (role <> 'scim' OR kind = 'named'),
    CHECK ((client_id IS NOT NULL) = (kind = 'service')),
    CHECK (chain_hash IS NULL OR kind = 'access'),
    CHECK ((refresh_hash IS NULL) = (chain_hash IS NULL)),
    CHECK ((refresh_until_ms IS NULL) = (chain_hash IS NULL)),
    CHECK ((renewable_until_ms IS NULL) = (chain_hash IS NULL))
);
INSERT INTO tokens_of_now (hash, tenant_id, id, user_id, name, role, created_ms, expires_ms, kind, parent_id,
        client_id, chain_hash, refresh_hash, refresh_until_ms, renewable_until_ms)
    SELECT hash, tenant_id, id, user_id, name, role, created_ms, expires_ms, kind, parent_id,
        client_id, chain_hash, refresh_hash, refresh_until_ms, renewable_until_ms FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_of_now RENAME TO tokens;
CREATE UNIQUE INDEX tokens_id ON tokens (tenant_id, id);
CREATE INDEX tokens_user ON tokens (tenant_id, user_id);
CREATE UNIQUE INDEX tokens_name ON tokens (tenant_id, name) WHERE kind = 'named';
CREATE UNIQUE INDEX tokens_cloud ON tokens (tenant_id, user_id) WHERE kind = 'cloud';
CREATE UNIQUE INDEX tokens_chain ON tokens (chain_hash) WHERE chain_hash IS NOT NULL;
CREATE INDEX tokens_client ON tokens (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX tokens_parent ON tokens (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tokens_over ON tokens (COALESCE(refresh_until_ms, expires_ms));

-- How many departures a token asked for since its window began, and how many users there were then.
CREATE TABLE removal_windows (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    token_id BIGINT NOT NULL,
    began_ms BIGINT NOT NULL,
    present BIGINT NOT NULL,
    departures BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_id)
);

-- Departures beyond what a token may ask for, until an administrator decides.
CREATE TABLE held_departures (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    token_id BIGINT NOT NULL,
    removes BOOLEAN NOT NULL,
    requester TEXT NOT NULL,
    asked_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX held_departures_token ON held_departures (tenant_id, token_id, user_id);

-- Nobody fit to inherit is known: the handover waits for a name.
ALTER TABLE offboardings ADD COLUMN heir_awaited BOOLEAN NOT NULL DEFAULT FALSE
    CHECK (NOT heir_awaited OR (heir_user_id IS NULL AND heir_group_id IS NULL AND NOT orphan));
