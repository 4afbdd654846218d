//! Handing over: everything that a role owns, database by database, each in one transaction.
//!
//! Never: gives the heir what the leaver was merely allowed, or its memberships.

use super::Postgres;
use super::loan::with_loan;
use super::owned::{self, Holding};
use super::quote::quoted;
use super::role::Role;
use super::sentence::first_of;
use super::session::{Session, column, names};
use crate::{Failure, Heir, Order, Sight};

/// What is owned where the settings let us in counts; what lies elsewhere is told.
pub(super) async fn look(postgres: &Postgres, session: &Session, role: &Role) -> Result<Sight, Failure> {
    let holdings = owned::holdings(session, role).await?;
    let (ours, others): (Vec<_>, Vec<_>) =
        holdings.iter().filter(|holding| holding.objects > 0).partition(|holding| postgres.covers(holding));
    let left = if others.is_empty() {
        String::new()
    } else {
        format!("; in databases that the platform's settings leave out: {}", owned::told_objects(others))
    };
    if !ours.is_empty() {
        let told = owned::told_objects(ours);
        return Ok(Sight::NotSo { evidence: format!("role {} owns {told}{left}", role.id()) });
    }
    // What they made is nobody's until they end.
    let prepared = prepared(session, role).await?;
    if !prepared.is_empty() {
        let told = first_of(&prepared);
        return Ok(Sight::NotSo {
            evidence: format!("role {} has prepared transactions: {told}", role.id()),
        });
    }
    let member_of = member_of(session, role).await?;
    let evidence = format!("role {} owns nothing (pg_shdepend){left}{member_of}", role.id());
    Ok(Sight::So { evidence })
}

pub(super) async fn hand_over(
    postgres: &Postgres,
    session: &Session,
    role: &Role,
    order: &Order,
) -> Result<(), Failure> {
    let heir = heir(postgres, session, role, order).await?;
    refuse_prepared(session, role).await?;
    let holdings = owned::holdings(session, role).await?;
    let ours: Vec<_> =
        holdings.iter().filter(|holding| holding.objects > 0 && postgres.covers(holding)).collect();
    // Known before anything is touched: what cannot be handed over stops all of it.
    for holding in &ours {
        if let Some(why) = &holding.closed {
            let (id, count, place) = (role.id(), holding.objects, holding.place());
            return Err(Failure::Refused(format!("role {id} owns {count} objects in {place}, {why}")));
        }
    }
    for holding in ours {
        let room = postgres.door.enter(postgres.room(holding)).await?;
        let mut statements = format!("REASSIGN OWNED BY {} TO {}", role.quoted()?, heir.quoted()?);
        for defaults in default_privileges(&room, role, &heir).await? {
            statements.push_str("; ");
            statements.push_str(&defaults);
        }
        room.change(&with_loan(&[role, &heir], &statements)?).await?;
    }
    Ok(())
}

/// The role that inherits: the successor's, else one with the group's name, else the one in the settings.
async fn heir(postgres: &Postgres, session: &Session, role: &Role, order: &Order) -> Result<Role, Failure> {
    let fallback = postgres.settings.heir.as_deref();
    let found = match &order.heir {
        Some(Heir::User { account: Some(account), .. }) => resolved(session, account).await?,
        Some(Heir::User { user, account: None }) => {
            let text = format!("the role of the successor {} is not known", user.user_name);
            return Err(Failure::Refused(text));
        }
        Some(Heir::Group { name }) => match (resolved(session, name).await, fallback) {
            (Err(Failure::Refused(_)), Some(fallback)) => resolved(session, fallback).await?,
            (found, _) => found?,
        },
        None => match fallback {
            Some(fallback) => resolved(session, fallback).await?,
            None => return Err(Failure::Refused("nobody is named who inherits".to_owned())),
        },
    };
    match found.unfit_heir(role, &postgres.settings) {
        None => Ok(found),
        Some(why) => Err(Failure::Refused(format!("role {} cannot inherit: {why}", found.id()))),
    }
}

/// That there is no heir says nothing about the leaver.
async fn resolved(session: &Session, account: &str) -> Result<Role, Failure> {
    Role::resolve(session, account).await.map_err(|failure| match failure {
        Failure::Absent(text) => Failure::Refused(format!("nobody can inherit: {text}")),
        other => other,
    })
}

/// What a prepared transaction made is not there yet, and what it locked cannot be handed over.
pub(super) async fn refuse_prepared(session: &Session, role: &Role) -> Result<(), Failure> {
    let names = prepared(session, role).await?;
    if names.is_empty() {
        return Ok(());
    }
    let text = format!(
        "role {} has prepared transactions, which a person must end: {}",
        role.id(),
        first_of(&names)
    );
    Err(Failure::Refused(text))
}

async fn prepared(session: &Session, role: &Role) -> Result<Vec<String>, Failure> {
    let sql = "SELECT database::text || ': ' || gid FROM pg_prepared_xacts WHERE owner = $1 ORDER BY 1";
    names(session.ask(sql, &[&role.name]).await?)
}

/// What the leaver's new objects in a schema would have been open to, the heir's are: whoever reads there goes on
/// reading. What was agreed for every schema would open the heir's own, and is left out.
async fn default_privileges(room: &Session, role: &Role, heir: &Role) -> Result<Vec<String>, Failure> {
    let sql = "\
SELECT n.nspname::text,
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' ELSE 'TYPES' END,
       a.privilege_type, g.rolname::text, a.is_grantable
FROM pg_default_acl d
JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL aclexplode(d.defaclacl) a
LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE d.defaclrole = $1 AND a.grantee NOT IN ($1, $2) AND d.defaclobjtype IN ('r', 'S', 'f', 'T')
  AND (a.grantee = 0 OR g.oid IS NOT NULL)
ORDER BY 1, 2, 3, 4";
    let mut statements = Vec::new();
    for row in room.ask(sql, &[&role.oid(), &heir.oid()]).await? {
        let (schema, objects): (String, String) = (column(&row, 0)?, column(&row, 1)?);
        let (privilege, grantee): (String, Option<String>) = (column(&row, 2)?, column(&row, 3)?);
        let grantee = grantee.map_or_else(|| Ok("PUBLIC".to_owned()), |name| quoted(&name))?;
        let option = if column(&row, 4)? { " WITH GRANT OPTION" } else { "" };
        statements.push(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} GRANT {privilege} ON {objects} TO {grantee}{option}",
            heir.quoted()?,
            quoted(&schema)?,
        ));
    }
    Ok(statements)
}

async fn member_of(session: &Session, role: &Role) -> Result<String, Failure> {
    let sql = "SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid \
               WHERE m.member = $1 ORDER BY 1";
    let groups = names(session.ask(sql, &[&role.oid()]).await?)?;
    Ok(if groups.is_empty() {
        String::new()
    } else {
        format!("; it stays a member of {}", first_of(&groups))
    })
}

impl Postgres {
    /// Whether it may be gone into. What belongs to no database is handed over from any.
    pub(super) fn covers(&self, holding: &Holding) -> bool {
        holding.database.as_deref().is_none_or(|database| self.settings.covers(database))
    }

    /// The database from which to act on it.
    pub(super) fn room<'a>(&'a self, holding: &'a Holding) -> &'a str {
        let settings = &self.settings;
        let home = || settings.databases.first().filter(|_| !settings.covers(&settings.database));
        holding.database.as_deref().unwrap_or_else(|| home().unwrap_or(&settings.database))
    }
}
