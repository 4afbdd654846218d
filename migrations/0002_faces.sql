-- What the vendors' clients read and write beyond departures: profiles, group administrators, names of workloads.

-- What a client told about a user, as JSON; who has no row has told nothing.
CREATE TABLE profiles (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    profile TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE group_admins (
    tenant_id BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX group_admins_user ON group_admins (tenant_id, user_id, group_id);

ALTER TABLE groups ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX groups_external ON groups (tenant_id, external_id) WHERE external_id IS NOT NULL;

-- What the platform itself calls a workload: the guid of a virtual machine, the path of a subclient.
ALTER TABLE assets ADD COLUMN external_id TEXT;
ALTER TABLE assets ADD COLUMN external_key TEXT;
CREATE UNIQUE INDEX assets_external ON assets (tenant_id, kind, external_key) WHERE external_key IS NOT NULL;

-- A group that has inherited is kept.
CREATE INDEX offboardings_heir_group ON offboardings (tenant_id, heir_group_id) WHERE heir_group_id IS NOT NULL;

-- The assets on which a group holds a role: few of the many that it may have inherited.
CREATE INDEX assets_group_roles ON assets (tenant_id, owner_group_id, id)
    WHERE owner_group_id IS NOT NULL AND owner_role IS NOT NULL;

-- Credentials.

-- Who knows a client's secret is issued service tokens of its user.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    secret_ms BIGINT NOT NULL,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX clients_user ON clients (tenant_id, user_id);

-- What tokens are signed with; made when it is first needed, and the same on every node.
CREATE TABLE signing_keys (
    purpose TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

ALTER TABLE tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'named'
    CHECK (kind IN ('named', 'access', 'cloud', 'service'));
-- The token that this one was made with, and ends with.
ALTER TABLE tokens ADD COLUMN parent_id BIGINT;
ALTER TABLE tokens ADD COLUMN client_id TEXT REFERENCES clients (id)
    CHECK ((client_id IS NOT NULL) = (kind = 'service'));
-- All pairs of access and refresh token that follow one another are one chain, and one row.
ALTER TABLE tokens ADD COLUMN chain_hash TEXT CHECK (chain_hash IS NULL OR kind = 'access');
ALTER TABLE tokens ADD COLUMN refresh_hash TEXT CHECK ((refresh_hash IS NULL) = (chain_hash IS NULL));
-- Until when this pair may be renewed, and until when the chain.
ALTER TABLE tokens ADD COLUMN refresh_until_ms BIGINT CHECK ((refresh_until_ms IS NULL) = (chain_hash IS NULL));
ALTER TABLE tokens ADD COLUMN renewable_until_ms BIGINT CHECK ((renewable_until_ms IS NULL) = (chain_hash IS NULL));
DROP INDEX tokens_name;
CREATE UNIQUE INDEX tokens_name ON tokens (tenant_id, name) WHERE kind = 'named';
CREATE UNIQUE INDEX tokens_cloud ON tokens (tenant_id, user_id) WHERE kind = 'cloud';
CREATE UNIQUE INDEX tokens_chain ON tokens (chain_hash) WHERE chain_hash IS NOT NULL;
CREATE INDEX tokens_client ON tokens (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX tokens_parent ON tokens (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
-- When a token is of no more use to anybody.
CREATE INDEX tokens_over ON tokens (COALESCE(refresh_until_ms, expires_ms));

-- Searches.
-- Names in the order of their bytes, as SQLite has them anyway: in the order of a language a prefix is no range.
ALTER TABLE users ALTER COLUMN name_key TYPE TEXT COLLATE "C"; -- PostgreSQL only
