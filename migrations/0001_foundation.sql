-- One series for SQLite and PostgreSQL. Types: TEXT, BIGINT, BOOLEAN. Times: milliseconds UTC.
-- Every row belongs to one tenant. What can be said as a CHECK or a partial unique index is said here.

CREATE TABLE tenants (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    host TEXT UNIQUE,
    policy TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- The next free number: per tenant for users, groups and assets, under tenant 0 for the whole store.
CREATE TABLE counters (
    tenant_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE users (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    guid TEXT NOT NULL,
    user_name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    email TEXT NOT NULL,
    full_name TEXT NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL,
    role TEXT NOT NULL,
    protected BOOLEAN NOT NULL,
    manager_id BIGINT,
    external_id TEXT,
    password_hash TEXT,
    notice TEXT,
    created_ms BIGINT NOT NULL,
    state_since_ms BIGINT NOT NULL,
    last_sign_in_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    CHECK (state IN ('active', 'deactivated', 'removed')),
    CHECK (role IN ('none', 'auditor', 'operator', 'admin')),
    -- A tombstone keeps no secret.
    CHECK (state <> 'removed' OR password_hash IS NULL)
);
-- A guid is never used again; a name is free again once its user is a tombstone.
CREATE UNIQUE INDEX users_guid ON users (tenant_id, guid);
CREATE UNIQUE INDEX users_name ON users (tenant_id, name_key) WHERE state <> 'removed';
CREATE INDEX users_tombstone ON users (tenant_id, name_key, id) WHERE state = 'removed';
CREATE UNIQUE INDEX users_external ON users (tenant_id, external_id) WHERE external_id IS NOT NULL AND state <> 'removed';
CREATE INDEX users_admin ON users (tenant_id, id) WHERE role = 'admin' AND state = 'active';
CREATE INDEX users_present ON users (tenant_id, id) WHERE state <> 'removed';

CREATE TABLE groups (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    guid TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX groups_guid ON groups (tenant_id, guid);
CREATE UNIQUE INDEX groups_name ON groups (tenant_id, name_key);

CREATE TABLE members (
    tenant_id BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX members_user ON members (tenant_id, user_id, group_id);

CREATE TABLE assets (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    workload BOOLEAN NOT NULL,
    owner_user_id BIGINT,
    owner_group_id BIGINT,
    owner_role TEXT,
    orphaned BOOLEAN NOT NULL,
    released BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_group_id) REFERENCES groups (tenant_id, id),
    -- Owned by exactly one, or released and owned by nobody.
    CHECK (owner_user_id IS NULL OR owner_group_id IS NULL),
    CHECK (released = (owner_user_id IS NULL AND owner_group_id IS NULL)),
    CHECK (workload OR NOT released),
    CHECK (owner_user_id IS NOT NULL OR NOT orphaned)
);
-- With `orphaned`, so that holdings are counted without a look at the rows.
CREATE INDEX assets_of_user ON assets (tenant_id, owner_user_id, workload, kind, id, orphaned)
    WHERE owner_user_id IS NOT NULL;
CREATE INDEX assets_of_group ON assets (tenant_id, owner_group_id, id) WHERE owner_group_id IS NOT NULL;

CREATE TABLE platforms (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    max_in_flight BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    paused_until_ms BIGINT NOT NULL,
    CHECK (max_in_flight > 0)
);
-- What refers to a platform refers to one of its own tenant.
CREATE UNIQUE INDEX platforms_tenant ON platforms (tenant_id, id);
CREATE UNIQUE INDEX platforms_name ON platforms (tenant_id, name);
CREATE UNIQUE INDEX platforms_local ON platforms (tenant_id) WHERE kind = 'local';

CREATE TABLE accounts (
    tenant_id BIGINT NOT NULL,
    platform_id BIGINT NOT NULL,
    remote_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    observed_ms BIGINT,
    PRIMARY KEY (platform_id, remote_id),
    FOREIGN KEY (tenant_id, platform_id) REFERENCES platforms (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK (state IN ('active', 'disabled', 'deleted', 'unknown'))
);
CREATE INDEX accounts_user ON accounts (tenant_id, user_id, platform_id);

CREATE TABLE offboardings (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    goal TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    requester TEXT NOT NULL,
    state TEXT NOT NULL,
    heir_user_id BIGINT,
    heir_group_id BIGINT,
    orphan BOOLEAN NOT NULL,
    message TEXT,
    start_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    cancel_asked BOOLEAN NOT NULL,
    finished_ms BIGINT,
    repeat_key TEXT,
    repeat_fingerprint TEXT,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, heir_user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, heir_group_id) REFERENCES groups (tenant_id, id),
    CHECK (goal IN ('deactivate', 'restore', 'release', 'transfer', 'remove', 'leave')),
    CHECK (state IN ('scheduled', 'running', 'blocked', 'completed', 'cancelled')),
    CHECK ((finished_ms IS NOT NULL) = (state IN ('completed', 'cancelled'))),
    CHECK (state <> 'cancelled' OR cancel_asked),
    CHECK (heir_user_id IS NULL OR heir_group_id IS NULL),
    CHECK (NOT orphan OR (heir_user_id IS NULL AND heir_group_id IS NULL)),
    CHECK ((repeat_key IS NULL) = (repeat_fingerprint IS NULL))
);
-- One that was called off may come to the end of an attempt while the next one begins.
CREATE UNIQUE INDEX offboardings_open ON offboardings (tenant_id, user_id, goal)
    WHERE state IN ('scheduled', 'running', 'blocked') AND NOT cancel_asked;
CREATE INDEX offboardings_open_of_user ON offboardings (tenant_id, user_id, id)
    WHERE state IN ('scheduled', 'running', 'blocked');
CREATE UNIQUE INDEX offboardings_list ON offboardings (tenant_id, id);
CREATE INDEX offboardings_state ON offboardings (tenant_id, state, id) WHERE state IN ('scheduled', 'running', 'blocked');
CREATE INDEX offboardings_user ON offboardings (tenant_id, user_id, id);
CREATE UNIQUE INDEX offboardings_repeat ON offboardings (tenant_id, requester, repeat_key) WHERE repeat_key IS NOT NULL;

CREATE TABLE steps (
    offboarding_id TEXT NOT NULL,
    no BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    platform_id BIGINT NOT NULL,
    local BOOLEAN NOT NULL,
    remote_id TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    needs TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    tried_before BIGINT NOT NULL,
    ready_at_ms BIGINT NOT NULL,
    lease_until_ms BIGINT,
    node TEXT,
    idempotency_key TEXT NOT NULL,
    progress_done BIGINT NOT NULL,
    progress_total BIGINT NOT NULL,
    note TEXT,
    finished_ms BIGINT,
    PRIMARY KEY (offboarding_id, no),
    FOREIGN KEY (tenant_id, offboarding_id) REFERENCES offboardings (tenant_id, id),
    FOREIGN KEY (tenant_id, platform_id) REFERENCES platforms (tenant_id, id),
    CHECK (state IN ('waiting', 'ready', 'running', 'done', 'failed', 'skipped')),
    CHECK (action IN ('disable', 'end_sessions', 'enable', 'transfer', 'release', 'delete', 'manual')),
    CHECK ((finished_ms IS NOT NULL) = (state IN ('done', 'skipped'))),
    CHECK ((lease_until_ms IS NOT NULL) = (state = 'running')),
    CHECK ((node IS NOT NULL) = (state = 'running')),
    CHECK (state NOT IN ('running', 'failed') OR attempt > 0)
);
CREATE INDEX steps_ready ON steps (platform_id, ready_at_ms) WHERE state = 'ready';
CREATE INDEX steps_lease ON steps (lease_until_ms) WHERE state = 'running';
CREATE INDEX steps_account ON steps (platform_id, remote_id) WHERE state IN ('ready', 'running');
CREATE INDEX steps_open ON steps (platform_id, state) WHERE state IN ('waiting', 'ready', 'running', 'failed');

-- Credentials are kept as SHA-256 of 256 random bits; the bits themselves are shown once and never stored.
CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    face TEXT NOT NULL,
    device TEXT,
    idle_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_seen ON sessions (last_seen_ms);

CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK (role IN ('none', 'auditor', 'operator', 'admin'))
);
CREATE UNIQUE INDEX tokens_id ON tokens (tenant_id, id);
CREATE UNIQUE INDEX tokens_name ON tokens (tenant_id, name);
CREATE INDEX tokens_user ON tokens (tenant_id, user_id);

-- Failed sign-ins, by user name and by address.
CREATE TABLE lockouts (
    tenant_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL,
    last_failure_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subject)
);
CREATE INDEX lockouts_last ON lockouts (last_failure_ms);

-- One fact a row, written unsealed in the transaction that makes it true; a sealer numbers them afterwards.
CREATE TABLE log (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id BIGINT NOT NULL,
    seq BIGINT,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id BIGINT,
    offboarding_id TEXT,
    detail TEXT NOT NULL,
    CHECK (seq IS NULL OR seq > 0)
);
CREATE UNIQUE INDEX log_seq ON log (tenant_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX log_unsealed ON log (id) WHERE seq IS NULL;
CREATE INDEX log_user ON log (tenant_id, user_id, seq) WHERE user_id IS NOT NULL;
CREATE INDEX log_offboarding ON log (offboarding_id, seq) WHERE offboarding_id IS NOT NULL;

-- Who runs steps: for `exeunt status`, and for nothing else.
CREATE TABLE nodes (
    name TEXT NOT NULL PRIMARY KEY,
    started_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);
