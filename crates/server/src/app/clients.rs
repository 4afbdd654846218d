//! OAuth clients: an id and a secret by which a program is issued service tokens of one user.

use domain::{Error, Fact, Role, UserId};
use serde_json::json;
pub use store::clients::Client;
use store::{Tx, clients, tokens};

use super::credentials::{Heritage, active};
use super::offboardings::one_more;
use super::{App, Caller, Page, Pen, UserRef};
use crate::random;

impl App {
    /// Makes the client of a user, who has one at most. Its secret is answered this once and never again.
    pub async fn create_client(&self, caller: &Caller, user: &UserRef) -> Result<(Client, String), Error> {
        caller.require(Role::Admin)?;
        let (id, secret) = (self.random.uuid(), self.random.secret());
        let secret_hash = random::hash(&secret);
        let (by, user) = (caller.clone(), user.clone());
        let client = self
            .write_for(caller, move |tx, pen| {
                Heritage::of(tx, &by)?;
                let user = active(tx, pen.tenant, &user)?;
                let (tenant, now_ms) = (pen.tenant, pen.now_ms);
                let client =
                    Client { id, tenant, user: user.id, secret_hash, created_ms: now_ms, secret_ms: now_ms };
                clients::insert(tx, &client).map_err(|error| match error {
                    store::Error::Unique(_) => {
                        Error::Conflict(format!("{} has an OAuth client already", user.user_name))
                    }
                    other => other.into(),
                })?;
                pen.write(tx, &told("client.created", &client, None))?;
                Ok::<_, Error>(client)
            })
            .await?;
        Ok((client, secret))
    }

    /// Makes a new secret. The old one ends, and with it every token that was issued on it.
    pub async fn renew_client_secret(
        &self,
        caller: &Caller,
        user: &UserRef,
    ) -> Result<(Client, String), Error> {
        caller.require(Role::Admin)?;
        let secret = self.random.secret();
        let secret_hash = random::hash(&secret);
        let (by, user) = (caller.clone(), user.clone());
        let client = self
            .write_for(caller, move |tx, pen| {
                Heritage::of(tx, &by)?;
                let (client, ended) = without_tokens(tx, pen, &user)?;
                clients::set_secret(tx, &client.id, &secret_hash, pen.now_ms)?;
                pen.write(tx, &told("client.secret_changed", &client, Some(ended)))?;
                Ok::<_, Error>(Client { secret_hash, secret_ms: pen.now_ms, ..client })
            })
            .await?;
        Ok((client, secret))
    }

    /// Ends a client, and with it every token that was issued to it.
    pub async fn delete_client(&self, caller: &Caller, user: &UserRef) -> Result<(), Error> {
        caller.require(Role::Admin)?;
        let user = user.clone();
        self.write_for(caller, move |tx, pen| {
            let (client, ended) = without_tokens(tx, pen, &user)?;
            clients::delete_of_user(tx, pen.tenant, client.user)?;
            pen.write(tx, &told("client.deleted", &client, Some(ended)))
        })
        .await
    }

    /// Clients of users behind `after`, in the order of the users' ids.
    pub async fn clients(&self, caller: &Caller, after: UserId, limit: usize) -> Result<Page<Client>, Error> {
        caller.require(Role::Admin)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(clients::list(tx, caller.tenant, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }
}

/// The user's client, after its tokens have ended, and how many those were.
fn without_tokens(tx: &mut Tx<'_>, pen: &Pen, user: &UserRef) -> Result<(Client, u64), Error> {
    // The user first, as whoever issues a token does: nobody waits in a circle.
    let user = active(tx, pen.tenant, user)?;
    let client = clients::of_user(tx, pen.tenant, user.id)?;
    let client = client.ok_or_else(|| Error::not_found("OAuth client", user.user_name))?;
    let ended = tokens::revoke_of_client(tx, &client.id)?;
    Ok((client, ended))
}

fn told(kind: &'static str, client: &Client, tokens_ended: Option<u64>) -> Fact {
    let mut detail = json!({ "client": client.id });
    if let Some(ended) = tokens_ended {
        detail["tokens_ended"] = ended.into();
    }
    Fact::new(kind, detail).on(client.user)
}
