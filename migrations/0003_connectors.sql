-- What acting on real platforms needs: terms and holds, steps by hand, accounts matched by address.

-- What is agreed about a platform, as JSON.
ALTER TABLE platforms ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
-- Our credentials are not taken there: nothing is tried until it is declared anew.
ALTER TABLE platforms ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;
-- Counts the declarations.
ALTER TABLE platforms ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE INDEX platforms_held ON platforms (tenant_id) WHERE held;
-- What was yes or no has four answers now.
UPDATE platforms SET capabilities = REPLACE(REPLACE(capabilities, 'true', '"able"'), 'false', '"by_hand"');

-- For a step by hand: what it stands for, who is to do it and until when, and when the next reminder goes out.
ALTER TABLE steps ADD COLUMN stands_for TEXT
    CHECK (stands_for IN ('disable', 'end_sessions', 'enable', 'transfer', 'release', 'delete'));
ALTER TABLE steps ADD COLUMN assignee TEXT;
ALTER TABLE steps ADD COLUMN due_ms BIGINT;
ALTER TABLE steps ADD COLUMN remind_ms BIGINT;
-- Those of before waited for a person as failed; what they stood for is in their note.
UPDATE steps SET stands_for = CASE
        WHEN note LIKE '%end_sessions%' THEN 'end_sessions' WHEN note LIKE '%transfer%' THEN 'transfer'
        WHEN note LIKE '%release%' THEN 'release' WHEN note LIKE '%delete%' THEN 'delete'
        WHEN note LIKE '%enable%' THEN 'enable' ELSE 'disable' END,
    due_ms = ready_at_ms, remind_ms = ready_at_ms
    WHERE action = 'manual';
CREATE INDEX steps_remind ON steps (remind_ms) WHERE action = 'manual' AND state = 'ready';
CREATE INDEX steps_by_hand ON steps (tenant_id, due_ms, offboarding_id, no) WHERE action = 'manual' AND state = 'ready';
CREATE INDEX steps_assigned ON steps (tenant_id, assignee, due_ms, offboarding_id, no)
    WHERE action = 'manual' AND state = 'ready';

-- Accounts are matched by address and by external id; those that were left behind, to who was removed.
CREATE INDEX users_email ON users (tenant_id, LOWER(email)) WHERE email <> '';
CREATE INDEX users_external_gone ON users (tenant_id, external_id) WHERE external_id IS NOT NULL AND state = 'removed';

-- A step by hand is never claimed: it must not lie in the way of those that are.
DROP INDEX steps_ready;
CREATE INDEX steps_ready ON steps (platform_id, ready_at_ms) WHERE state = 'ready' AND action <> 'manual';
