//! To hand over for a role, PostgreSQL wants us to be a member of it. Where we are not, but may make ourselves one,
//! we are one for the length of a transaction, which nobody else ever sees.

use super::role::Role;
use crate::Failure;

/// The statement, in between the loan of these roles and its end.
pub(super) fn with_loan(roles: &[&Role], statement: &str) -> Result<String, Failure> {
    let (mut begin, mut end) = (String::new(), String::new());
    for role in roles.iter().filter(|role| role.must_be_lent) {
        let name = role.quoted()?;
        begin.push_str(&format!("GRANT {name} TO CURRENT_USER; "));
        end.push_str(&format!("; REVOKE {name} FROM CURRENT_USER"));
    }
    Ok(format!("{begin}{statement}{end}"))
}
