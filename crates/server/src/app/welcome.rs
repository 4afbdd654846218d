//! The welcome mail: what it says, and who gets it.

use std::sync::Arc;

use domain::{Error, Fact, Role, User, UserState};
use serde_json::json;
use store::tenants::{self, Tenant};

use super::{App, Caller, Pen, UserRef};
use crate::mail::{Letter, Mailbox, Mailer, mailbox};

const SUBJECT: &str = "Your new account";

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Delivery {
    /// The mail server has taken it.
    Sent,
    /// There is no mail server to hand it to.
    NoTransport,
    /// The mail server refused it, or did not answer in time.
    Failed(String),
}

impl App {
    /// Sends a user the welcome mail. It is noted in the log once the mail server has taken it, so that the log
    /// never tells of a mail that was not sent; no transaction is open meanwhile.
    pub async fn send_welcome_mail(
        self: &Arc<Self>,
        caller: &Caller,
        user: &UserRef,
    ) -> Result<Delivery, Error> {
        caller.require(Role::Admin)?;
        let (found, tenant) = self
            .store
            .read(|tx| {
                let tenant = tenants::by_id(tx, caller.tenant)?;
                let tenant = tenant.ok_or_else(|| Error::internal(&"the tenant is gone"))?;
                Ok::<_, Error>((user.find(tx, caller.tenant)?, tenant))
            })
            .await?;
        let found = found.filter(|found| found.state != UserState::Removed);
        let found = found.ok_or_else(|| Error::not_found("user", user.shown()))?;
        let to = recipient(&found)?;
        let Some(mailer) = self.options.mailer.clone() else { return Ok(Delivery::NoTransport) };
        let pen = self.pen(caller.tenant, caller.name.clone());
        let letter = Letter {
            id: self.random.uuid(),
            now_ms: pen.now_ms,
            to,
            subject: SUBJECT.to_owned(),
            text: text(&found, &tenant),
        };
        let fact = Fact::new("user.welcomed", json!({ "email": found.email })).on(found.id);
        // On a task of its own: a client that goes away ends its request, and a mail that was taken must be told of.
        let delivery = tokio::spawn(deliver(Arc::clone(self), mailer, pen, letter, fact));
        delivery.await.map_err(|error| Error::internal(&error))?
    }
}

async fn deliver(
    app: Arc<App>,
    mailer: Mailer,
    pen: Pen,
    letter: Letter,
    fact: Fact,
) -> Result<Delivery, Error> {
    if let Err(reason) = mailer.send(letter).await {
        tracing::warn!(reason, user = fact.user.map(tracing::field::display), "a welcome mail was not sent");
        return Ok(Delivery::Failed(reason));
    }
    app.store.write(move |tx| pen.write(tx, &fact)).await?;
    Ok(Delivery::Sent)
}

/// Whoever cannot sign in is not welcomed.
fn recipient(user: &User) -> Result<Mailbox, Error> {
    let name = &user.user_name;
    if user.state != UserState::Active {
        return Err(Error::Conflict(format!("User {name} is not active")));
    }
    if user.email.is_empty() {
        return Err(Error::Conflict(format!("User {name} has no email address")));
    }
    let unreachable = || Error::Conflict(format!("User {name} has an email address that no mail can reach"));
    mailbox(&user.full_name, &user.email).ok_or_else(unreachable)
}

/// Never a password: a mail is read by many.
fn text(user: &User, tenant: &Tenant) -> String {
    let name = if user.full_name.is_empty() { &user.user_name } else { &user.full_name };
    let place = tenant.host.as_ref().map_or_else(String::new, |host| format!(" at {host}"));
    format!(
        "Hello {name},\n\nan account was made for you{place}.\n\nUser name: {}\n\nYour administrator tells you how to \
         sign in for the first time.\n",
        user.user_name
    )
}
