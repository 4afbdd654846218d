//! `exeunt user`: who is in the directory, and who may sign in.

use std::path::PathBuf;

use clap::Subcommand;
use domain::{Role, UserId};
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::table;
use super::place::Desk;
use super::{named, secret};
use crate::app::{GroupRef, MAX_PAGE, NewUser, UserDetail, UserRef};

#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// List users in the order of their ids
    List {
        /// Begin behind this id
        #[arg(long, value_name = "ID", default_value = "0")]
        after: i64,

        /// List at most so many, 1 to 500
        #[arg(long, value_name = "COUNT", default_value = "100")]
        #[arg(value_parser = clap::value_parser!(u16).range(1..=i64::try_from(MAX_PAGE).unwrap_or(i64::MAX)))]
        limit: u16,
    },
    /// Show a user with groups, accounts and holdings
    Show {
        /// A user name, or id:NUMBER
        #[arg(value_name = "USER", value_parser = named::user)]
        user: UserRef,
    },
    /// Add a user
    Add(Add),
    /// Set a user's password; it is asked for, or read from standard input, and ends the user's sessions and tokens
    Password {
        /// A user name, or id:NUMBER
        #[arg(value_name = "USER", value_parser = named::user)]
        user: UserRef,

        /// Read the password from the first line of this file
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
}

#[derive(Clone, Debug, clap::Args)]
pub struct Add {
    /// The new user's name
    #[arg(value_name = "NAME")]
    pub user_name: String,

    /// E-mail address
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub email: String,

    /// Full name
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub full_name: String,

    /// Description
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub description: String,

    /// What the user may do: none, auditor, operator or admin
    #[arg(long, value_name = "ROLE", default_value = "none", value_parser = named::word::<Role>)]
    pub role: Role,

    /// Never cut or remove this user
    #[arg(long)]
    pub protected: bool,

    /// Manager: a user name, or id:NUMBER
    #[arg(long, value_name = "USER", value_parser = named::user)]
    pub manager: Option<UserRef>,

    /// Id in the system that the user comes from
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,

    /// Group to belong to: a name, or id:NUMBER; may be repeated
    #[arg(long = "group", value_name = "GROUP", value_parser = named::group)]
    pub groups: Vec<GroupRef>,

    /// Give the user a password, from the first line of this file
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

pub(super) async fn run(desk: &Desk, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::List { after, limit } => list(desk, UserId(after), usize::from(limit)).await,
        UserCommand::Show { user } => show(desk, &user).await,
        UserCommand::Add(add) => create(desk, add).await,
        UserCommand::Password { user, password_file } => {
            let password = secret::obtain(password_file.as_deref(), &user.shown())?;
            desk.app.set_password(&desk.caller, &user, &password).await?;
            let document = json!({ "user": user.shown(), "changed": true });
            desk.output.answer(&document, || format!("the password of {} is changed\n", user.shown()))
        }
    }
}

async fn list(desk: &Desk, after: UserId, limit: usize) -> Result<(), Failure> {
    let page = desk.app.users(&desk.caller, after, limit).await?;
    if desk.output.json {
        return page.rows.iter().try_for_each(|detail| desk.output.line(&document(detail).to_string()));
    }
    let row = |UserDetail { user, holdings, accounts, .. }: &UserDetail| {
        [
            user.id.to_string(),
            user.user_name.clone(),
            user.state.to_string(),
            user.role.to_string(),
            accounts.len().to_string(),
            holdings.to_string(),
        ]
    };
    desk.output
        .text(&table(["ID", "NAME", "STATE", "ROLE", "ACCOUNTS", "OWNS"], page.rows.iter().map(row)))?;
    match page.rows.last() {
        Some(last) if page.more => desk.output.line(&format!("more: --after {}", last.user.id)),
        _ => Ok(()),
    }
}

async fn show(desk: &Desk, user: &UserRef) -> Result<(), Failure> {
    let detail = desk.app.user(&desk.caller, user).await?;
    let platforms = desk.app.platforms(&desk.caller).await?;
    let name_of = |id| {
        let mut found = platforms.iter().filter(|status| status.platform.id == id);
        found.next().map_or("?", |status| status.platform.name.as_str())
    };
    let accounts: Vec<Value> = detail
        .accounts
        .iter()
        .map(|account| json!({ "platform": name_of(account.platform), "account": account.remote_id, "state": account.state }))
        .collect();
    let mut whole = document(&detail);
    whole["accounts"] = json!(accounts);
    desk.output.answer(&whole, || {
        let UserDetail { user, groups, holdings, .. } = &detail;
        let groups: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        let account = |account: &domain::Account| {
            let platform = name_of(account.platform);
            format!("{platform}: {} ({})", account.remote_id, account.state)
        };
        let accounts: Vec<String> = detail.accounts.iter().map(account).collect();
        let protected = if user.protected { ", protected" } else { "" };
        format!(
            "{} (id {}, guid {}) is {}, role {}{protected}\nfull name  {}\ne-mail     {}\ngroups     {}\naccounts   {}\nowns       {}\n",
            user.user_name, user.id, user.guid, user.state, user.role, user.full_name, user.email,
            groups.join(", "), accounts.join(", "), holdings
        )
    })
}

async fn create(desk: &Desk, add: Add) -> Result<(), Failure> {
    let password = add.password_file.as_deref().map(secret::from_file).transpose()?;
    let new = NewUser {
        user_name: add.user_name,
        email: add.email,
        full_name: add.full_name,
        description: add.description,
        role: add.role,
        enabled: true,
        protected: add.protected,
        manager: add.manager,
        external_id: add.external_id,
        password,
        groups: add.groups,
        profile: domain::Profile::default(),
    };
    let user = desk.app.create_user(&desk.caller, new).await?;
    let document = json!({ "id": user.id, "guid": user.guid, "userName": user.user_name });
    desk.output.answer(&document, || format!("{} is added with id {}\n", user.user_name, user.id))
}

fn document(detail: &UserDetail) -> Value {
    let UserDetail { user, groups, holdings, .. } = detail;
    json!({
        "id": user.id,
        "guid": user.guid,
        "userName": user.user_name,
        "email": user.email,
        "fullName": user.full_name,
        "description": user.description,
        "state": user.state,
        "role": user.role,
        "protected": user.protected,
        "managerId": user.manager,
        "externalId": user.external_id,
        "created": named::shown_moment(user.created_ms),
        "lastSignIn": user.last_sign_in_ms.map(named::shown_moment),
        "groups": groups.iter().map(|group| json!({ "id": group.id, "name": group.name })).collect::<Vec<_>>(),
        "holdings": holdings.0.iter().map(|(kind, count)| json!({ "kind": kind, "count": count })).collect::<Vec<_>>(),
    })
}
