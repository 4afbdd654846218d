//! `exeunt token`: credentials for programs.

use clap::Subcommand;
use domain::Role;
use serde_json::{Value, json};

use super::failure::Failure;
use super::named;
use super::output::table;
use super::pages::gather;
use super::place::Desk;
use crate::app::{MAX_PAGE, NewToken, Token, UserRef};

#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and show it, this once
    Create {
        /// The token's name, unique in the tenant
        #[arg(value_name = "NAME")]
        name: String,

        /// Whose token it is; it may never do more than that user, but for scim: a user name, or id:NUMBER
        #[arg(long, value_name = "USER", default_value = crate::app::ADMINISTRATOR, value_parser = named::user)]
        user: UserRef,

        /// The most the token may do: none, auditor, operator or admin; or scim, for
        /// an identity provider, which is all that it opens
        #[arg(long, value_name = "ROLE", value_parser = named::word::<Role>)]
        role: Role,

        /// Until when it is good, such as 2026-12-31T00:00:00Z [default: until it is revoked]
        #[arg(long, value_name = "RFC3339", value_parser = named::moment)]
        expires: Option<i64>,
    },
    /// Make the cloud token of a user and show it, this once; the one before it ends
    Cloud {
        /// An operator or administrator: a user name, or id:NUMBER
        #[arg(value_name = "USER", value_parser = named::user)]
        user: UserRef,
    },
    /// List the tokens of every kind, without their secrets
    List,
    /// End a token of any kind, and those that were made with it
    Revoke {
        /// The token's number, as the list shows it
        #[arg(value_name = "ID")]
        id: i64,
    },
}

pub(super) async fn run(desk: &Desk, command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create { name, user, role, expires } => {
            let new = NewToken { name, role, user: Some(user), expires_ms: expires };
            show(desk, desk.app.create_token(&desk.caller, new).await?)
        }
        TokenCommand::Cloud { user } => show(desk, desk.app.create_cloud_token(&desk.caller, &user).await?),
        TokenCommand::List => list(desk).await,
        TokenCommand::Revoke { id } => {
            desk.app.revoke_token(&desk.caller, id).await?;
            desk.output.answer(&json!({ "id": id, "revoked": true }), || format!("token {id} is revoked\n"))
        }
    }
}

fn show(desk: &Desk, (token, secret): (Token, String)) -> Result<(), Failure> {
    let document = json!({ "id": token.id, "name": token.name, "role": token.role, "token": secret });
    desk.output.answer(&document, || format!("{secret}\n"))
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let page = async |after: Option<i64>| desk.app.tokens(&desk.caller, after.unwrap_or(0), MAX_PAGE).await;
    let tokens = gather(page, |token| token.id).await?;
    let expires = |ms: Option<i64>| ms.map(named::shown_moment);
    let documents: Vec<Value> = tokens
        .iter()
        .map(|token| {
            json!({
                "id": token.id, "kind": token.kind, "name": token.name, "userId": token.user, "role": token.role,
                "created": named::shown_moment(token.created_ms), "expires": expires(token.expires_ms),
            })
        })
        .collect();
    desk.output.answer(&json!(documents), || {
        let rows = tokens.iter().map(|token| {
            let until = expires(token.expires_ms).unwrap_or_else(|| "it is revoked".to_owned());
            let (id, kind) = (token.id.to_string(), token.kind.to_string());
            [id, kind, token.name.clone(), token.user.to_string(), token.role.to_string(), until]
        });
        table(["ID", "KIND", "NAME", "USER ID", "ROLE", "GOOD UNTIL"], rows)
    })
}
