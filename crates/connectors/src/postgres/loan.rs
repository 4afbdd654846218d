//! To hand over for a role, PostgreSQL wants us to be a member of it. Where we are not, but may make ourselves one,
//! we are one for the length of a transaction, which nobody else ever sees.

use super::role::Role;
use crate::Failure;

/// The statement, in between the loan of these roles and its end.
pub(super) fn with_loan(roles: &[&Role], statement: &str) -> Result<String, Failure> {
    let lent = roles.iter().filter(|role| role.must_be_lent).map(|role| role.quoted());
    let lent = lent.collect::<Result<Vec<_>, _>>()?;
    let begin = lent.iter().map(|name| format!("GRANT {name} TO CURRENT_USER"));
    let end = lent.iter().map(|name| format!("REVOKE {name} FROM CURRENT_USER"));
    Ok(begin.chain([statement.to_owned()]).chain(end).collect::<Vec<_>>().join("; "))
}
