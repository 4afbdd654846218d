//! Who sits in a group, as a provider tells it.

use std::collections::HashSet;

use domain::{Error, Group, UserId};
use store::members::Seat;
use store::{Tx, users};

use super::SeatsTold;
use super::belongings::{is_shown, seated};
use crate::app::directory::members::seat_all;
use crate::app::{MAX_MEMBERS, MAX_USERS_PER_REQUEST, Pen, SeatChange};

/// Most seats that one request may change.
pub const MAX_SEATS: usize = 10_000;

/// Locks everybody who is to join: nobody is removed while a seat is prepared. Answers who that is.
pub(super) fn lock_joining(tx: &mut Tx<'_>, pen: &Pen, told: &[SeatsTold]) -> Result<HashSet<UserId>, Error> {
    let joining = joining(tx, pen, told)?;
    let mut ids: Vec<UserId> = joining.iter().copied().collect();
    ids.sort_unstable();
    users::lock(tx, pen.tenant, &ids)?;
    Ok(joining)
}

pub(super) fn joining(tx: &mut Tx<'_>, pen: &Pen, told: &[SeatsTold]) -> Result<HashSet<UserId>, Error> {
    let mut joining = HashSet::new();
    for seats in told {
        if let SeatsTold::Add(guids) | SeatsTold::Only(guids) = seats {
            joining.extend(known(tx, pen, guids)?);
        }
    }
    Ok(joining)
}

/// Makes the seats what is told, one after the other. Who is hidden from providers keeps a seat that they cannot see.
pub(super) fn reseat(tx: &mut Tx<'_>, pen: &Pen, group: &Group, told: &[SeatsTold]) -> Result<(), Error> {
    let mut room = MAX_SEATS;
    for seats in told {
        let (join, leave) = match seats {
            SeatsTold::Add(guids) => (known(tx, pen, guids)?, Vec::new()),
            SeatsTold::Remove(guids) => (Vec::new(), sitting(tx, pen, guids)?),
            SeatsTold::Only(guids) => {
                let wanted = known(tx, pen, guids)?;
                let now: Vec<UserId> =
                    seated(tx, pen.tenant, &[group.id])?.iter().map(|seat| seat.user).collect();
                (without(&wanted, &now), without(&now, &wanted))
            }
        };
        let taken = join.len() + leave.len();
        let too_many = Error::TooMany { what: "changed members of a group", limit: MAX_SEATS };
        room = room.checked_sub(taken).ok_or(too_many)?;
        for (users, change) in [(leave, SeatChange::Remove), (join, SeatChange::Add)] {
            // A log entry for each chunk names who it was.
            for users in users.chunks(MAX_USERS_PER_REQUEST) {
                seat_all(tx, pen, group, Seat::Member, change, users)?;
            }
        }
    }
    Ok(())
}

fn without(users: &[UserId], others: &[UserId]) -> Vec<UserId> {
    let others: HashSet<UserId> = others.iter().copied().collect();
    users.iter().copied().filter(|user| !others.contains(user)).collect()
}

/// Every one of these users, each once; providers must see them all.
fn known(tx: &mut Tx<'_>, pen: &Pen, guids: &[String]) -> Result<Vec<UserId>, Error> {
    let distinct = distinct(guids)?;
    let mut found = users::by_guids(tx, pen.tenant, &distinct)?;
    found.retain(is_shown);
    if found.len() < distinct.len() {
        let known: HashSet<&str> = found.iter().map(|user| user.guid.as_str()).collect();
        let missing = distinct.into_iter().find(|guid| !known.contains(guid)).unwrap_or_default();
        return Err(Error::invalid("members", format!("there is no user {missing}")));
    }
    Ok(found.into_iter().map(|user| user.id).collect())
}

/// Those of these users who are, or were, there at all.
fn sitting(tx: &mut Tx<'_>, pen: &Pen, guids: &[String]) -> Result<Vec<UserId>, Error> {
    let mut guids = distinct(guids)?;
    guids.retain(|guid| !guid.contains('\0'));
    let found = users::by_guids(tx, pen.tenant, &guids)?;
    Ok(found.into_iter().filter(is_shown).map(|user| user.id).collect())
}

fn distinct(guids: &[String]) -> Result<Vec<&str>, Error> {
    if guids.len() > MAX_MEMBERS {
        return Err(Error::TooMany { what: "members of a group", limit: MAX_MEMBERS });
    }
    let mut guids: Vec<&str> = guids.iter().map(String::as_str).collect();
    guids.sort_unstable();
    guids.dedup();
    Ok(guids)
}
