//! Who belongs to a group, and who administers it.

use domain::{Error, Fact, Group, GroupId, Profile, Role, User, UserId, UserState};
use serde_json::json;
use store::members::{self, Seat};
use store::{Tx, groups, profiles, users};

use super::{UserDetail, detail};
use crate::app::lookup::find_all;
use crate::app::offboardings::one_more;
use crate::app::{App, Caller, GroupRef, MAX_USERS_PER_REQUEST, Page, Pen, UserRef};

/// Roles on the platform `management` that let a user administer groups.
const GROUP_ADMINISTRATOR: [&str; 2] = ["groupadmin", "admin"];
const MANAGEMENT: &str = "management";

/// What becomes of somebody's seat in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatChange {
    Add,
    Remove,
}

impl App {
    /// Who has such a seat, in the order of their ids.
    pub async fn seats(
        &self,
        caller: &Caller,
        group: &GroupRef,
        seat: Seat,
        after: UserId,
        limit: usize,
    ) -> Result<Page<UserDetail>, Error> {
        let list = |tx: &mut Tx<'_>, group, rows| members::list(tx, caller.tenant, group, seat, after, rows);
        self.sitting(caller, group, limit, list).await
    }

    /// As [`App::seats`], for clients that count users instead of keeping the last id.
    pub async fn seats_from(
        &self,
        caller: &Caller,
        group: &GroupRef,
        seat: Seat,
        start_index: u32,
        limit: usize,
    ) -> Result<Page<UserDetail>, Error> {
        let start = i64::from(start_index);
        let list = |tx: &mut Tx<'_>, group, rows| members::page(tx, caller.tenant, group, seat, rows, start);
        self.sitting(caller, group, limit, list).await
    }

    async fn sitting(
        &self,
        caller: &Caller,
        group: &GroupRef,
        limit: usize,
        list: impl FnOnce(&mut Tx<'_>, GroupId, i64) -> store::Result<Vec<UserId>> + Send,
    ) -> Result<Page<UserDetail>, Error> {
        caller.require(Role::Auditor)?;
        let (rows, now_ms) = (one_more(limit)?, self.clock.now_ms());
        self.store
            .read(|tx| {
                let group = known(tx, caller, group)?;
                let page = Page::cut(list(tx, group.id, rows)?, limit);
                let mut found = users::by_ids(tx, caller.tenant, &page.rows)?;
                found.sort_by_key(|user| user.id);
                Ok(Page { rows: detail(tx, caller, found, now_ms)?, more: page.more })
            })
            .await
    }

    /// Members: all of them or none, and nobody unknown. Administrators: who is unknown, or may not administer
    /// groups, is passed over, as the one client of this call documents it. Answers who has changed seats.
    pub async fn change_seats(
        &self,
        caller: &Caller,
        group: &GroupRef,
        seat: Seat,
        change: SeatChange,
        users: Vec<UserRef>,
    ) -> Result<Vec<UserId>, Error> {
        caller.require(Role::Admin)?;
        if users.len() > MAX_USERS_PER_REQUEST {
            return Err(Error::TooMany { what: "users", limit: MAX_USERS_PER_REQUEST });
        }
        let (by, group) = (caller.clone(), group.clone());
        self.write_for(caller, move |tx, pen| {
            let group = known(tx, &by, &group)?;
            let users = sitters(tx, pen, &users, seat, change)?;
            seat_all(tx, pen, &group, seat, change, &users)
        })
        .await
    }
}

fn known(tx: &mut Tx<'_>, caller: &Caller, group: &GroupRef) -> Result<Group, Error> {
    group.find(tx, caller.tenant)?.ok_or_else(|| Error::not_found("group", group.shown()))
}

/// Whom the change is about, locked: nobody is removed while a seat is prepared.
fn sitters(
    tx: &mut Tx<'_>,
    pen: &Pen,
    asked: &[UserRef],
    seat: Seat,
    change: SeatChange,
) -> Result<Vec<UserId>, Error> {
    let mut found: Vec<User> = Vec::new();
    for (asked, user) in asked.iter().zip(find_all(tx, pen.tenant, asked)?) {
        match user.filter(|user| user.state != UserState::Removed) {
            Some(user) => found.push(user),
            None if seat == Seat::Admin => {}
            None => return Err(Error::not_found("user", asked.shown())),
        }
    }
    if seat == Seat::Admin && change == SeatChange::Add {
        let ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
        let profiles = profiles::of_users(tx, pen.tenant, &ids)?;
        let profile = |user: &User| profiles.iter().find(|(id, _)| *id == user.id).map(|(_, told)| told);
        found.retain(|user| may_administer(user, profile(user)));
    }
    let mut ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if users::lock(tx, pen.tenant, &ids)? {
        let present = users::by_ids(tx, pen.tenant, &ids)?;
        if present.iter().any(|user| user.state == UserState::Removed) {
            return Err(Error::Conflict("a user was removed meanwhile".to_owned()));
        }
    }
    Ok(ids)
}

fn may_administer(user: &User, profile: Option<&Profile>) -> bool {
    let told = |role: &&str| profile.is_some_and(|profile| profile.has_role(MANAGEMENT, role));
    user.role >= Role::Operator || GROUP_ADMINISTRATOR.iter().any(told)
}

/// First lock these users.
pub(in crate::app) fn seat_all(
    tx: &mut Tx<'_>,
    pen: &Pen,
    group: &Group,
    seat: Seat,
    change: SeatChange,
    users: &[UserId],
) -> Result<Vec<UserId>, Error> {
    groups::lock(tx, pen.tenant, group.id)?;
    let mut changed = Vec::new();
    for &user in users {
        let is_new = match change {
            SeatChange::Add => members::add(tx, pen.tenant, group.id, user, seat)?,
            SeatChange::Remove => members::remove(tx, pen.tenant, group.id, user, seat)?,
        };
        if is_new {
            changed.push(user);
        }
    }
    if !changed.is_empty() {
        groups::touch(tx, pen.tenant, group.id, pen.now_ms)?;
        let what = match (seat, change) {
            (Seat::Member, SeatChange::Add) => "members_added",
            (Seat::Member, SeatChange::Remove) => "members_removed",
            (Seat::Admin, SeatChange::Add) => "admins_added",
            (Seat::Admin, SeatChange::Remove) => "admins_removed",
        };
        let detail = json!({ "group": group.id, "name": group.name, what: changed });
        pen.write(tx, &Fact::new("group.changed", detail))?;
    }
    Ok(changed)
}
