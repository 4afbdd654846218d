//! Signing in, and the sessions that are open: what `disable`, `enable` and `end_sessions` look at and change.

use super::role::Role;
use super::session::{Session, column};
use crate::{Failure, Sight};

/// A backend ends in its own time once it is told to. So long is waited on the server, longer each time.
const WAITS_SECONDS: [f64; 6] = [0.01, 0.02, 0.05, 0.1, 0.3, 0.5];

/// How soon sessions are looked at again where the role could still sign in.
const AFTER_THE_CUT_MS: i64 = 500;

pub(super) fn look_at_login(role: &Role, wanted: bool) -> Sight {
    let evidence = if role.may_sign_in {
        format!("role {} has LOGIN (pg_roles)", role.id())
    } else {
        format!("role {} has NOLOGIN (pg_roles)", role.id())
    };
    if role.may_sign_in == wanted { Sight::So { evidence } } else { Sight::NotSo { evidence } }
}

pub(super) async fn set_login(session: &Session, role: &Role, wanted: bool) -> Result<(), Failure> {
    let word = if wanted { "LOGIN" } else { "NOLOGIN" };
    session.change(&format!("ALTER ROLE {} {word}", role.quoted()?)).await
}

pub(super) async fn look_at_sessions(session: &Session, role: &Role) -> Result<Sight, Failure> {
    let open = open_sessions(session, role, 0.0).await?;
    let again = if role.may_sign_in { "; it may still sign in" } else { "" };
    let evidence = format!("role {} has {open} open sessions (pg_stat_activity){again}", role.id());
    let over = open == 0 && !role.may_sign_in;
    Ok(if over { Sight::So { evidence } } else { Sight::NotSo { evidence } })
}

/// Programs come back at once: as long as the role may sign in, its sessions are not over, and it is looked at again
/// once `disable` has had its turn.
pub(super) async fn end_sessions(session: &Session, role: &Role) -> Result<(), Failure> {
    terminate(session, role).await?;
    if role.may_sign_in {
        let reason = format!("the sessions of role {} were ended, but it may still sign in", role.id());
        return Err(Failure::Busy { reason, after_ms: Some(AFTER_THE_CUT_MS) });
    }
    Ok(())
}

/// Ends what is open, and looks until it has ended or patience has.
pub(super) async fn terminate(session: &Session, role: &Role) -> Result<(), Failure> {
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE usesysid = {} AND pid <> pg_backend_pid()",
        role.oid()
    );
    session.change(&end).await?;
    for wait in WAITS_SECONDS {
        if open_sessions(session, role, wait).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// How many are left after so long.
async fn open_sessions(session: &Session, role: &Role, seconds: f64) -> Result<i64, Failure> {
    if seconds > 0.0 {
        session.ask("SELECT pg_sleep($1)", &[&seconds]).await?;
    }
    // The number of a row's user is shown to everybody, its state is not.
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE usesysid = $1 AND pid <> pg_backend_pid()";
    column(&session.ask_one(sql, &[&role.oid()]).await?, 0)
}
