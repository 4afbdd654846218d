//! Deleting a role: only once it owns nothing. What it was granted goes with it, nothing else ever does.

use super::Postgres;
use super::cut;
use super::loan::with_loan;
use super::owned;
use super::role::Role;
use super::sentence::first_of;
use super::session::{Session, column, harmless, names};
use super::transfer::refuse_prepared;
use crate::{Failure, Sight};

/// Whoever is not there is seen when the role is looked for.
pub(super) fn look(role: &Role) -> Sight {
    Sight::NotSo { evidence: format!("role {} exists (pg_roles)", role.id()) }
}

pub(super) async fn delete(postgres: &Postgres, session: &Session, role: &Role) -> Result<(), Failure> {
    refuse_owner(session, role).await?;
    refuse_prepared(session, role).await?;
    refuse_group(session, role).await?;
    // Nobody makes anything new in its name from here on.
    if role.may_sign_in {
        cut::set_login(session, role, false).await?;
    }
    if let Sight::NotSo { .. } = cut::look_at_sessions(session, role).await? {
        cut::terminate(session, role).await?;
    }
    for holding in owned::holdings(session, role).await?.iter().filter(|holding| holding.grants > 0) {
        let left_out = || Some("which the platform's settings leave out".to_owned());
        let covered = postgres.covers(holding);
        if let Some(why) = if covered { holding.closed.clone() } else { left_out() } {
            let (id, count, place) = (role.id(), holding.grants, holding.place());
            return Err(Failure::Refused(format!("role {id} has {count} privileges in {place}, {why}")));
        }
        // A new session: it has deleted nothing yet, so that what it then has deleted is what we made it.
        let room = postgres.door.enter(postgres.room(holding)).await?;
        drop_privileges(&room, role).await?;
    }
    refuse_owner(session, role).await?;
    refuse_granted(session, role).await?;
    session.change(&format!("DROP ROLE {}", role.quoted()?)).await
}

async fn refuse_owner(session: &Session, role: &Role) -> Result<(), Failure> {
    let owned = owned::told_objects(&owned::holdings(session, role).await?);
    if owned.is_empty() {
        return Ok(());
    }
    let text = format!("role {} still owns objects, nothing was dropped: {owned}", role.id());
    Err(Failure::Refused(text))
}

/// DROP OWNED leaves what we may not withdraw, and says nothing of it.
async fn refuse_granted(session: &Session, role: &Role) -> Result<(), Failure> {
    let left = owned::told_grants(&owned::holdings(session, role).await?);
    if left.is_empty() {
        return Ok(());
    }
    let why = "which only a superuser or a member of the objects' owners can withdraw";
    Err(Failure::Refused(format!("role {} still has privileges, {why}: {left}", role.id())))
}

/// Others would lose what they have by the leaver's role: to be its member, or by a membership that it granted
/// (which is its own since PostgreSQL 16).
async fn refuse_group(session: &Session, role: &Role) -> Result<(), Failure> {
    let sql = "\
SELECT m.rolname || ' is a member of it' FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member
WHERE a.roleid = $1 AND m.rolname <> current_user
  AND (coalesce((to_jsonb(a) ->> 'inherit_option')::bool, true) OR coalesce((to_jsonb(a) ->> 'set_option')::bool, true))
UNION
SELECT m.rolname || ' is a member of ' || g.rolname || ' by its grant'
FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE a.grantor = $1 AND to_jsonb(a) ->> 'set_option' IS NOT NULL
ORDER BY 1";
    let dependent = names(session.ask(sql, &[&role.oid()]).await?)?;
    if dependent.is_empty() {
        return Ok(());
    }
    let text = format!("others would lose rights with role {}: {}", role.id(), first_of(&dependent));
    Err(Failure::Refused(text))
}

/// What a withdrawn privilege is kept in. Anything else that disappears was an object.
const DROPPED: &str = "\
SELECT coalesce(string_agg(relname || ' ' || n_tup_del, ', ' ORDER BY relname), ''),
       current_setting('track_counts')::bool
FROM pg_stat_xact_sys_tables
WHERE n_tup_del > 0 AND schemaname = 'pg_catalog' AND relname NOT IN (
    'pg_auth_members', 'pg_default_acl', 'pg_depend', 'pg_init_privs', 'pg_parameter_acl', 'pg_policy',
    'pg_shdepend', 'pg_user_mapping')";

/// DROP OWNED would drop whatever became the role's since we looked. It is undone if it dropped any object.
async fn drop_privileges(room: &Session, role: &Role) -> Result<(), Failure> {
    let statement = format!("DROP OWNED BY {} RESTRICT", role.quoted()?);
    room.change(&format!("BEGIN; {}", with_loan(&[role], &statement)?)).await.map_err(harmless)?;
    let row = room.ask_one(DROPPED, &[]).await?;
    let (dropped, counted): (String, bool) = (column(&row, 0)?, column(&row, 1)?);
    if !counted {
        let text = format!("{}: track_counts is off, so that a deletion cannot be watched", room.place());
        return Err(Failure::Refused(text));
    }
    if !dropped.is_empty() {
        let (id, place) = (role.id(), room.place());
        return Err(Failure::Refused(format!(
            "{place}: role {id} owns objects again, nothing was dropped ({dropped})"
        )));
    }
    room.change("COMMIT").await
}
