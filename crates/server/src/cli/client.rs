//! `exeunt client`: OAuth clients, by which programs are issued tokens that end soon.

use clap::Subcommand;
use domain::UserId;
use serde_json::{Value, json};

use super::failure::Failure;
use super::named;
use super::output::table;
use super::pages::gather;
use super::place::Desk;
use crate::app::{Client, MAX_PAGE, UserRef};

#[derive(Clone, Debug, Subcommand)]
pub enum ClientCommand {
    /// Make a user's OAuth client and show its id and its secret, this once
    Create {
        /// A user name, or id:NUMBER
        #[arg(value_name = "USER", value_parser = named::user)]
        user: UserRef,
    },
    /// Make a new secret and show it, this once; the old one ends, and every token that was issued on it
    Secret {
        /// A user name, or id:NUMBER
        #[arg(value_name = "USER", value_parser = named::user)]
        user: UserRef,
    },
    /// List the OAuth clients, without their secrets
    List,
    /// Delete a user's OAuth client, and every token that was issued to it
    Delete {
        /// A user name, or id:NUMBER
        #[arg(value_name = "USER", value_parser = named::user)]
        user: UserRef,
    },
}

pub(super) async fn run(desk: &Desk, command: ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Create { user } => show(desk, desk.app.create_client(&desk.caller, &user).await?),
        ClientCommand::Secret { user } => {
            show(desk, desk.app.renew_client_secret(&desk.caller, &user).await?)
        }
        ClientCommand::List => list(desk).await,
        ClientCommand::Delete { user } => {
            desk.app.delete_client(&desk.caller, &user).await?;
            let name = user.shown();
            let document = json!({ "user": name, "deleted": true });
            desk.output.answer(&document, || format!("the OAuth client of {name} is deleted\n"))
        }
    }
}

fn show(desk: &Desk, (client, secret): (Client, String)) -> Result<(), Failure> {
    let document = json!({ "clientId": client.id, "clientSecret": secret, "userId": client.user });
    desk.output.answer(&document, || format!("client id      {}\nclient secret  {secret}\n", client.id))
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let page = async |after: Option<UserId>| {
        desk.app.clients(&desk.caller, after.unwrap_or(UserId(0)), MAX_PAGE).await
    };
    let clients = gather(page, |client| client.user).await?;
    let documents: Vec<Value> = clients
        .iter()
        .map(|client| {
            json!({
                "clientId": client.id, "userId": client.user,
                "created": named::shown_moment(client.created_ms), "secret": named::shown_moment(client.secret_ms),
            })
        })
        .collect();
    desk.output.answer(&json!(documents), || {
        let rows = clients.iter().map(|client| {
            [client.id.clone(), client.user.to_string(), named::shown_moment(client.secret_ms)]
        });
        table(["CLIENT ID", "USER ID", "SECRET SINCE"], rows)
    })
}
