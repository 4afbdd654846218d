//! The operations: one file each, from a request that was read to its answer.
//!
//! Owns the order of things: read the request, call `app`, word the answer. Decides nothing about users.

mod accepted;
mod access_tokens;
mod create;
mod delete;
mod delete_group;
mod disable;
mod everyone;
mod groups;
mod offboard;
mod renewal;
mod security;
mod server;
mod session;
mod sign_in;
mod unlock;
mod update;
mod users;
mod v4;

use domain::{Error, User, UserId, UserState};

use super::answer::{Entity, Reply};
use super::body::{self, Node};
use super::failure;
use super::media::Format;
use super::query::Query;
use super::route::Operation;
use crate::app::{App, Caller, Page, UserDetail, UserRef};
use crate::faces::Exchange;

pub(super) use access_tokens::renew as renew_access_token;
pub(super) use renewal::renew as renew_login;
pub(super) use sign_in::sign_in;

/// Most users or groups of one answer; a longer list is refused, since a client would take a cut one for
/// all there is. Clients of a larger tenant ask by name.
pub(super) const MAX_LISTED: usize = 20_000;

/// A request of somebody who is signed in.
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) caller: Caller,
    pub(super) format: Format,
    pub(super) query: Query<'a>,
    pub(super) exchange: &'a Exchange,
}

impl Call<'_> {
    pub(super) async fn perform(&self, operation: &Operation) -> Reply {
        match operation {
            Operation::Logout => session::logout(self).await,
            Operation::WhoAmI => session::who_am_i(self).await,
            Operation::ListUsers => users::list(self).await,
            Operation::GetUser(user) => users::get(self, user).await,
            Operation::CreateUser => create::create(self).await,
            Operation::UpdateUser(user) => update::update(self, user).await,
            Operation::CreateUsersV4 => create::create_v4(self).await,
            Operation::UpdateUserV4(user) => update::update_v4(self, user).await,
            Operation::DisableUser(user) => disable::disable(self, user).await,
            Operation::EnableUser(user) => disable::enable(self, user).await,
            Operation::DeleteUser(user) => delete::delete(self, user).await,
            Operation::OffboardUser => offboard::offboard(self).await,
            Operation::OffboardWorkload(workload) => offboard::workload(self, workload).await,
            Operation::OffboardTenant => offboard::tenant(self).await,
            Operation::UnlockUsers => unlock::unlock(self).await,
            Operation::UserSecurity(user) => security::of_user(self, user).await,
            Operation::ListGroups => groups::list(self).await,
            Operation::DeleteGroup(group) => delete_group::delete(self, group).await,
            Operation::DeleteGroupV4(group) => delete_group::delete_v4(self, group).await,
            Operation::DeleteGroupsV4 => delete_group::delete_many(self).await,
            Operation::GetGroup(group) => groups::get(self, group).await,
            Operation::GroupSecurity(group) => security::of_group(self, group).await,
            Operation::ListUsersAndGroups => everyone::list(self).await,
            Operation::ListSessions => session::list(self).await,
            Operation::CommServ => server::comm_serv(self).await,
            Operation::TwoFactorStatus => server::two_factor_status(self).await,
            Operation::ListUsersV4 => v4::users::list(self).await,
            Operation::GetUserV4(user) => v4::users::get(self, user).await,
            Operation::DeleteUserV4(user) => v4::delete::one(self, user).await,
            Operation::DeleteUsersV4 => v4::delete::many(self).await,
            Operation::ListGroupsV4 => v4::groups::list(self).await,
            Operation::GetGroupV4(group) => v4::groups::get(self, group).await,
            Operation::CreateApiToken => access_tokens::create_api_token(self).await,
            Operation::CreateAccessToken => access_tokens::create(self).await,
            Operation::DeleteAccessToken(id) => access_tokens::delete(self, *id).await,
        }
    }

    /// What an error looks like on v4.
    async fn failed_v4(&self, error: &Error) -> Reply {
        let installed = match error {
            Error::Refused(_) => self.app.user(&self.caller, &UserRef::Id(UserId(1))).await.ok(),
            _ => None,
        };
        failure::answer_v4(error, installed.as_ref().map(|found| found.user.user_name.as_str()))
    }

    /// The user that the request names. For a client of this API a removed user is gone.
    async fn find(&self, asked: &UserRef) -> Result<UserDetail, Error> {
        let detail = self.app.user(&self.caller, asked).await?;
        let removed = detail.user.state == UserState::Removed;
        if removed { Err(Error::not_found("user", asked.shown())) } else { Ok(detail) }
    }
}

/// All rows of a list that `page` reads part by part, each behind the `key` of the last row before.
async fn all<T, F: Future<Output = Result<Page<T>, Error>>>(
    what: &'static str,
    page: impl Fn(i64) -> F,
    key: impl Fn(&T) -> i64,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(0, &key);
        let next = page(after).await?;
        all.extend(next.rows);
        if !next.more {
            return Ok(all);
        }
        if all.len() >= MAX_LISTED {
            return Err(Error::TooMany { what, limit: MAX_LISTED });
        }
    }
}

/// A moment as the vendor writes it.
fn unix_s(at_ms: i64) -> i64 {
    at_ms.div_euclid(1000)
}

fn body(exchange: &Exchange) -> Result<Node, Error> {
    body::parse(exchange.body()?)
}

fn entity(user: &User) -> Entity<'_> {
    Entity { user_id: user.id.0, user_name: &user.user_name }
}
