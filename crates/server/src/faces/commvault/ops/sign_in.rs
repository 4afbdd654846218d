//! `POST Login`: name and password to a token.

use domain::Error;

use super::body;
use crate::app::{App, SecretForm, SignIn, SignedIn};
use crate::faces::Exchange;
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::failure;
use crate::faces::commvault::login::Login;
use crate::faces::commvault::media::Format;

const MINUTE_MS: i64 = 60_000;

pub(in crate::faces::commvault) async fn sign_in(app: &App, exchange: &Exchange, format: Format) -> Reply {
    match open_session(app, exchange).await {
        Ok(signed_in) => welcome(format, &signed_in),
        Err(error) => failure::refused_login(&error, format),
    }
}

async fn open_session(app: &App, exchange: &Exchange) -> Result<SignedIn, Error> {
    let login = Login::parse(&body(exchange)?)?;
    let idle_minutes = login.timeout_minutes.filter(|&minutes| minutes > 0);
    app.sign_in(SignIn {
        host: exchange.host().map(str::to_owned),
        user_name: login.user_name,
        password: login.password,
        address: exchange.peer,
        face: "commvault",
        device: login.device_id,
        idle_ms: idle_minutes.map(|minutes| minutes.saturating_mul(MINUTE_MS)),
        form: SecretForm::Hex,
    })
    .await
}

fn welcome(format: Format, signed_in: &SignedIn) -> Reply {
    let user = &signed_in.user;
    let view = answer::SignedIn {
        user_name: &user.user_name,
        token: &signed_in.secret,
        user_id: user.id.0,
        user_guid: &user.guid,
        email: &user.email,
        organization_guid: &answer::tenant_guid(signed_in.caller.tenant.0),
    };
    answer::signed_in(format, &view)
}
