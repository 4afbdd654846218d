//! `exeunt platform inventory`: who is present on a platform, as the platform itself tells.

use std::collections::HashMap;

use connectors::Owned;
use domain::{AccountState, UserId};
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::table;
use super::place::Desk;
use crate::app::{InventoryPlace, InventoryRow, Link, Linked, MAX_PAGE, Whose};

/// Most accounts of one run.
const MAX_INVENTORY: usize = 100_000;
/// Most pages of one run: one may be empty, and say that more follow.
const MAX_PAGES: usize = 10_000;

#[derive(Clone, Debug, clap::Args)]
pub struct Inventory {
    /// The platform's name
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Only accounts that fit no user, or more than one
    #[arg(long)]
    pub unmatched: bool,

    /// Ask what each account owns there; a call for each
    #[arg(long)]
    pub owned: bool,

    /// Note the matched accounts as known; whose a known account is stays as it is
    #[arg(long)]
    pub link: bool,
}

pub(super) async fn run(desk: &Desk, wanted: Inventory) -> Result<(), Failure> {
    let mut rows = gather(desk, &wanted).await?;
    doubt_twins(&mut rows);
    let linked = if wanted.link { Some(link(desk, &wanted.name, &rows).await?) } else { None };
    let count = |wanted: fn(&InventoryRow) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let counts = Counts {
        accounts: rows.len(),
        known: count(|row| matches!(row.whose, Whose::One { known: true, .. })),
        matched: count(|row| matches!(row.whose, Whose::One { known: false, .. })),
        ambiguous: count(|row| matches!(row.whose, Whose::Several { .. })),
        unmatched: count(|row| row.whose == Whose::Nobody),
        left_behind: count(InventoryRow::is_left_behind),
    };
    if wanted.unmatched {
        rows.retain(|row| row.whose.user().is_none());
    }
    let document = json!({
        "platform": wanted.name, "accounts": rows.iter().map(row_document).collect::<Vec<Value>>(),
        "counts": counts.document(), "linked": linked.map(|linked| linked.linked),
    });
    desk.output.answer(&document, || told(&rows, &counts, linked, wanted.owned))
}

async fn gather(desk: &Desk, wanted: &Inventory) -> Result<Vec<InventoryRow>, Failure> {
    let mut rows = Vec::new();
    let mut place = Some(InventoryPlace::default());
    let mut pages = 0;
    while let Some(from) = place {
        if rows.len() >= MAX_INVENTORY || pages >= MAX_PAGES {
            desk.output.remark(&format!("only the first {} accounts were looked at", rows.len()));
            break;
        }
        let limit = MAX_PAGE.min(MAX_INVENTORY - rows.len());
        let page = desk.app.inventory(&desk.caller, &wanted.name, from, limit, wanted.owned).await?;
        rows.extend(page.rows);
        place = page.next;
        pages += 1;
    }
    Ok(rows)
}

/// Two accounts of which each fits the same user may stand on different pages: then neither is clear.
fn doubt_twins(rows: &mut [InventoryRow]) {
    let mut fitting: HashMap<UserId, usize> = HashMap::new();
    for row in &*rows {
        if let Whose::One { user, known: false } = &row.whose {
            *fitting.entry(user.id).or_default() += 1;
        }
    }
    for row in rows {
        if let Whose::One { user, known: false } = &row.whose
            && let Some(count) = fitting.get(&user.id).filter(|count| **count > 1)
        {
            let reason = format!("{count} accounts fit {}", user.user_name);
            row.whose = Whose::Several { reason };
        }
    }
}

async fn link(desk: &Desk, name: &str, rows: &[InventoryRow]) -> Result<Linked, Failure> {
    let link = |row: &InventoryRow| match &row.whose {
        Whose::One { user, known: false } => {
            let state = match row.account.active {
                Some(true) => AccountState::Active,
                Some(false) => AccountState::Disabled,
                None => AccountState::Unknown,
            };
            Some(Link { remote_id: row.account.id.clone(), user: user.id, state })
        }
        _ => None,
    };
    let links: Vec<Link> = rows.iter().filter_map(link).collect();
    let mut all = Linked::default();
    for page in links.chunks(MAX_PAGE) {
        let linked = desk.app.link_accounts(&desk.caller, name, page.to_vec()).await?;
        all = Linked { linked: all.linked + linked.linked, left: all.left + linked.left };
    }
    Ok(all)
}

struct Counts {
    accounts: usize,
    known: usize,
    matched: usize,
    ambiguous: usize,
    unmatched: usize,
    left_behind: usize,
}

impl Counts {
    fn document(&self) -> Value {
        json!({
            "accounts": self.accounts, "known": self.known, "matched": self.matched, "ambiguous": self.ambiguous,
            "unmatched": self.unmatched, "leftBehind": self.left_behind,
        })
    }
}

fn row_document(row: &InventoryRow) -> Value {
    let user = row.whose.user();
    json!({
        "account": row.account, "match": row.whose.word(),
        "known": matches!(row.whose, Whose::One { known: true, .. }),
        "user": user.map(|user| json!({ "id": user.id, "userName": user.user_name, "state": user.state })),
        "reason": reason(&row.whose), "leftBehind": row.is_left_behind(),
        "owned": row.owned.as_ref().and_then(|owned| owned.as_ref().ok()),
        "failure": row.owned.as_ref().and_then(|owned| owned.as_ref().err()),
    })
}

fn reason(whose: &Whose) -> Option<&str> {
    match whose {
        Whose::Several { reason } => Some(reason),
        Whose::One { .. } | Whose::Nobody => None,
    }
}

fn told(rows: &[InventoryRow], counts: &Counts, linked: Option<Linked>, with_owned: bool) -> String {
    let row = |row: &InventoryRow| {
        let may = match row.account.active {
            Some(true) => "active",
            Some(false) => "disabled",
            None => "unknown",
        };
        let owned = if with_owned { owned(row) } else { String::new() };
        [row.account.id.clone(), row.account.user_name.clone(), may.to_owned(), user(row), owned]
    };
    let header = ["ACCOUNT", "NAME", "IT IS", "WHOSE", if with_owned { "OWNS" } else { "" }];
    let Counts { accounts, known, matched, ambiguous, unmatched, left_behind } = counts;
    let listed = if rows.is_empty() { String::new() } else { table(header, rows.iter().map(row)) };
    let linked = linked.map_or_else(String::new, |Linked { linked, left }| {
        format!("{linked} noted as known, {left} left as they were\n")
    });
    format!(
        "{listed}{accounts} accounts: {known} known, {matched} matched, {ambiguous} ambiguous, {unmatched} unmatched; \
         {left_behind} left behind\n{linked}"
    )
}

fn user(row: &InventoryRow) -> String {
    match &row.whose {
        Whose::Nobody => "nobody's".to_owned(),
        Whose::Several { reason } => format!("not clear: {reason}"),
        Whose::One { user, known } => {
            let known = if *known { "" } else { ", by the rules" };
            let left = if row.is_left_behind() { ": left behind" } else { "" };
            format!("{} ({}{known}){left}", user.user_name, user.state)
        }
    }
}

fn owned(row: &InventoryRow) -> String {
    match &row.owned {
        None => "not told".to_owned(),
        Some(Err(reason)) => reason.clone(),
        Some(Ok(owned)) => owned_text(owned),
    }
}

/// `2 groups (ops, staff), 1 report (q3)`; of many, the first names.
pub(super) fn owned_text(owned: &[Owned]) -> String {
    let one = |owned: &Owned| {
        let count = domain::action::Count { noun: owned.kind.clone(), count: owned.count };
        let more =
            if u64::try_from(owned.names.len()).is_ok_and(|told| told < owned.count) { ", …" } else { "" };
        match owned.names.as_slice() {
            [] => count.to_string(),
            names => format!("{count} ({}{more})", names.join(", ")),
        }
    };
    let told: Vec<String> = owned.iter().filter(|owned| owned.count > 0).map(one).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}
