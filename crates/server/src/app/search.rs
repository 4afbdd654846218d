//! Users by the beginning of their names, for clients that count rows instead of keeping a key.

use domain::{Error, Group, NameKey, Role, User, UserId};
use store::{members, users};

use super::{App, Caller, MAX_PAGE};

/// Most rows that a search counts, and most that may stand before a page: both are read from the index.
pub const MAX_SEARCHED: usize = 10_000;

#[derive(Clone, Debug)]
pub struct UserSearch {
    /// How the name begins, by the rules of names; empty for everybody.
    pub prefix: String,
    pub descending: bool,
    /// How many rows stand before this page.
    pub offset: usize,
    pub limit: usize,
}

#[derive(Clone, Debug)]
pub struct FoundUser {
    pub user: User,
    pub groups: Vec<Group>,
    /// Without one the user signs in elsewhere, if at all.
    pub has_password: bool,
}

/// One page, and how many there are on all of them: [`MAX_SEARCHED`] stands for any more.
#[derive(Clone, Debug)]
pub struct FoundUsers {
    pub rows: Vec<FoundUser>,
    pub total: i64,
}

impl App {
    /// Present users in the order of their names' bytes.
    pub async fn search_users(&self, caller: &Caller, search: UserSearch) -> Result<FoundUsers, Error> {
        caller.require(Role::Auditor)?;
        let rows = |what, number: usize, limit| match i64::try_from(number) {
            Ok(rows) if number <= limit => Ok(rows),
            _ => Err(Error::TooMany { what, limit }),
        };
        let asked = users::Search {
            names: NameKey::beginning_with(&search.prefix),
            descending: search.descending,
            limit: rows("rows of a page", search.limit, MAX_PAGE)?,
            offset: rows("rows before a page", search.offset, MAX_SEARCHED)?,
        };
        // No stored name holds a NUL, and neither database takes one.
        if search.prefix.contains('\0') {
            return Ok(FoundUsers { rows: Vec::new(), total: 0 });
        }
        let most = rows("rows of a search", MAX_SEARCHED, MAX_SEARCHED)?;
        self.store
            .read(|tx| {
                let total = users::count_found(tx, caller.tenant, &asked.names, most)?;
                let found = users::search(tx, caller.tenant, &asked)?;
                let ids: Vec<UserId> = found.iter().map(|(user, _)| user.id).collect();
                let memberships = members::groups_of_users(tx, caller.tenant, &ids)?;
                let groups_of = |user: &User| -> Vec<Group> {
                    memberships
                        .iter()
                        .filter(|(id, _)| *id == user.id)
                        .map(|(_, group)| group.clone())
                        .collect()
                };
                let rows = found.into_iter().map(|(user, has_password)| FoundUser {
                    groups: groups_of(&user),
                    user,
                    has_password,
                });
                Ok(FoundUsers { rows: rows.collect(), total })
            })
            .await
    }
}
