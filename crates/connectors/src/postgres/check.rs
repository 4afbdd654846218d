//! What answers there, as whom we are signed in, and what we may do, asked without changing anything.

use super::Postgres;
use super::sentence::first_of;
use super::session::{Session, column, names};
use crate::{Checked, Failure};

/// Most databases that are entered to see whether they can be.
const MAX_ENTERED: i64 = 64;

const OURSELVES: &str = "\
SELECT version(), current_user::text, (extract(epoch FROM clock_timestamp()) * 1000)::int8,
       r.rolsuper, r.rolcreaterole, r.rolinherit, pg_has_role(current_user, 'pg_signal_backend', 'USAGE'),
       pg_is_in_recovery()
FROM pg_roles r WHERE r.rolname = current_user";

pub(super) async fn check(postgres: &Postgres, session: &Session) -> Result<Checked, Failure> {
    let row = session.ask_one(OURSELVES, &[]).await?;
    let (superuser, creates): (bool, bool) = (column(&row, 3)?, column(&row, 4)?);
    let (inherits, signals, standby): (bool, bool, bool) =
        (column(&row, 5)?, column(&row, 6)?, column(&row, 7)?);
    let mut permissions = Vec::new();
    let mut tell = |so: bool, yes: &str, no: &str| permissions.push(if so { yes } else { no }.to_owned());
    if superuser {
        tell(true, "is a superuser", "");
    } else {
        let no = "may not change roles: it needs CREATEROLE";
        tell(creates, "may change roles that are no superusers (CREATEROLE)", no);
        let no = "may end sessions only of roles that it is a member of: it needs pg_signal_backend";
        tell(signals, "may end sessions of roles that are no superusers (pg_signal_backend)", no);
        let no = "cannot hand over: it does not inherit from roles that it is a member of (NOINHERIT)";
        tell(inherits, "hands over as a member of both roles, for as long as that takes", no);
    }
    if standby {
        tell(true, "may change nothing: this server is a standby", "");
    }
    permissions.extend(databases(postgres, session).await?);
    Ok(Checked {
        server: column(&row, 0)?,
        signed_in_as: column(&row, 1)?,
        permissions,
        clock_ms: Some(column(&row, 2)?),
    })
}

/// One sentence of those that can be entered, and one of each that cannot. Whoever is in a template keeps others from
/// copying it, so those are left out.
async fn databases(postgres: &Postgres, session: &Session) -> Result<Vec<String>, Failure> {
    let sql =
        "SELECT datname::text FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1 LIMIT $1";
    let all = names(session.ask(sql, &[&MAX_ENTERED]).await?)?;
    let (mut entered, mut refused) = (Vec::new(), Vec::new());
    for database in all.into_iter().filter(|database| postgres.settings.covers(database)) {
        match postgres.door.enter(&database).await {
            Ok(_) => entered.push(database),
            Err(failure @ Failure::Credentials(_)) => return Err(failure),
            Err(failure) => refused.push(format!("cannot enter {failure}")),
        }
    }
    let sql = "SELECT datname::text FROM pg_database WHERE NOT datallowconn ORDER BY 1";
    let closed = names(session.ask(sql, &[]).await?)?;
    let mut sentences = vec![format!("enters {} databases: {}", entered.len(), first_of(&entered))];
    sentences.append(&mut refused);
    if !closed.is_empty() {
        sentences.push(format!("databases that allow no connections: {}", first_of(&closed)));
    }
    Ok(sentences)
}
