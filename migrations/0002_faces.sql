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

-- The assets on which a group holds a role: few of the many that it may have inherited.
CREATE INDEX assets_group_roles ON assets (tenant_id, owner_group_id, id)
    WHERE owner_group_id IS NOT NULL AND owner_role IS NOT NULL;

-- Credentials.

-- Searches.
