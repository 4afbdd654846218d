//! The columns of each table, and from cells to rows. Documented in docs/import.md, column by column.

use std::str::FromStr;

use domain::{AccountState, Role, UserState};
use secrecy::SecretString;

use super::records::{Fault, Record};
use crate::app::import::{AccountRow, AssetRow, GroupRow, Import, OwnerName, Table, UserRow};

/// Between the groups of a user.
const SEPARATOR: char = ';';

pub(super) fn table_named(name: &str) -> Option<Table> {
    match name {
        "groups" => Some(Table::Groups),
        "users" => Some(Table::Users),
        "assets" => Some(Table::Assets),
        "accounts" => Some(Table::Accounts),
        _ => None,
    }
}

pub(super) fn known(table: Table) -> &'static [&'static str] {
    match table {
        Table::Groups => &["name", "id", "description"],
        Table::Users => &[
            "user_name",
            "id",
            "guid",
            "email",
            "full_name",
            "description",
            "role",
            "protected",
            "manager",
            "external_id",
            "password",
            "groups",
            "state",
        ],
        Table::Assets => &["kind", "name", "owner_user", "owner_group", "id", "owner_role", "external_id"],
        Table::Accounts => &["user", "platform", "remote_id", "state"],
    }
}

pub(super) fn required(table: Table) -> &'static [&'static str] {
    match table {
        Table::Groups => &["name"],
        Table::Users => &["user_name"],
        Table::Assets => &["kind", "name"],
        Table::Accounts => &["user", "platform", "remote_id"],
    }
}

/// Adds the record to its table. Answers whether it was without fault; rows with faults go nowhere from there.
pub(super) fn take(table: Table, record: &Record<'_>, rows: &mut Import, faults: &mut Vec<Fault>) -> bool {
    let before = faults.len();
    let mut cells = Cells { record, faults };
    // PostgreSQL keeps no such text, and looking a name up by it would fail.
    for (column, value) in record.cells.iter().filter(|(_, value)| value.contains('\0')) {
        cells.fault(column, value, "must not hold a NUL character");
    }
    if cells.faults.len() > before {
        return false;
    }
    match table {
        Table::Groups => {
            let row = group(&mut cells);
            rows.groups.push(row);
        }
        Table::Users => {
            let row = user(&mut cells);
            rows.users.push(row);
        }
        Table::Assets => rows.assets.extend(asset(&mut cells)),
        Table::Accounts => {
            let row = account(&mut cells);
            rows.accounts.push(row);
        }
    }
    faults.len() == before
}

fn group(cells: &mut Cells<'_>) -> GroupRow {
    GroupRow { name: cells.required("name"), id: cells.number("id"), description: cells.text("description") }
}

fn user(cells: &mut Cells<'_>) -> UserRow {
    let groups = cells.text("groups");
    let groups = groups.split(SEPARATOR).map(str::trim).filter(|group| !group.is_empty());
    UserRow {
        user_name: cells.required("user_name"),
        id: cells.number("id"),
        guid: cells.optional("guid"),
        email: cells.text("email"),
        full_name: cells.text("full_name"),
        description: cells.text("description"),
        role: cells.word("role", Role::None, Role::OF_USERS),
        protected: cells.truth("protected"),
        manager: cells.optional("manager"),
        external_id: cells.optional("external_id"),
        password: cells.optional("password").map(SecretString::from),
        groups: groups.map(str::to_owned).collect(),
        state: cells.word("state", UserState::Active, &[UserState::Active, UserState::Deactivated]),
    }
}

fn asset(cells: &mut Cells<'_>) -> Option<AssetRow> {
    let owner = match (cells.optional("owner_user"), cells.optional("owner_group")) {
        (Some(user), None) => Some(OwnerName::User(user)),
        (None, Some(group)) => Some(OwnerName::Group(group)),
        (None, None) => {
            cells.fault("owner_user", "", "either this or owner_group must be given");
            None
        }
        (Some(user), Some(_)) => {
            cells.fault("owner_user", &user, "either this or owner_group must be given, not both");
            None
        }
    };
    let (kind, name) = (cells.required("kind"), cells.required("name"));
    let (id, owner_role) = (cells.number("id"), cells.optional("owner_role"));
    let external_id = cells.optional("external_id");
    Some(AssetRow { kind, name, owner: owner?, id, owner_role, external_id })
}

fn account(cells: &mut Cells<'_>) -> AccountRow {
    AccountRow {
        user: cells.required("user"),
        platform: cells.required("platform"),
        remote_id: cells.required("remote_id"),
        state: cells.word("state", AccountState::Unknown, AccountState::ALL),
    }
}

/// The cells of one record, and the faults in them.
struct Cells<'a> {
    record: &'a Record<'a>,
    faults: &'a mut Vec<Fault>,
}

impl Cells<'_> {
    fn optional(&self, column: &str) -> Option<String> {
        self.record.cells.get(column).cloned()
    }

    fn text(&self, column: &str) -> String {
        self.optional(column).unwrap_or_default()
    }

    fn required(&mut self, column: &str) -> String {
        self.optional(column).unwrap_or_else(|| {
            self.fault(column, "", "must not be empty");
            String::new()
        })
    }

    fn number(&mut self, column: &str) -> Option<i64> {
        let text = self.optional(column)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.fault(column, &text, "must be a whole number");
        }
        number
    }

    fn truth(&mut self, column: &str) -> bool {
        match self.optional(column).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                let other = other.to_owned();
                self.fault(column, &other, "must be true or false");
                false
            }
        }
    }

    fn word<T: Copy + PartialEq + FromStr + ToString>(
        &mut self,
        column: &str,
        default: T,
        allowed: &[T],
    ) -> T {
        let Some(text) = self.optional(column) else { return default };
        match text.parse() {
            Ok(word) if allowed.contains(&word) => word,
            _ => {
                let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
                self.fault(column, &text, format!("must be one of {}", allowed.join(", ")));
                default
            }
        }
    }

    fn fault(&mut self, column: &str, value: &str, message: impl Into<String>) {
        // Secrets are not repeated on a screen.
        let value = if column == "password" { "(hidden)" } else { value };
        self.faults.push(Fault {
            file: self.record.file.to_owned(),
            line: self.record.line,
            column: column.to_owned(),
            value: Some(value.to_owned()),
            message: message.into(),
        });
    }
}
