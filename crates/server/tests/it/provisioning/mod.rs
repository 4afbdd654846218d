//! Users and groups as identity providers keep them, through `app`. Every test runs on both databases.

mod at_once; // requests at once, on PostgreSQL
mod deletions; // what a deletion means, by every policy
mod guard; // more departures than a token may ask for, and an administrator's word
mod persons; // users made and changed
mod queries; // conditions, orders and pages
mod seats; // groups and who is in them
mod switching; // deactivation and return
mod tokens; // what a token for provisioning opens

use domain::policy::Provisioning;
use domain::{Error, Policy, Profile, Role, UserId};
use exeunt::app::{Caller, Held, Hold, NewToken, Person, PersonTold, Provisioned, UserRef};

use crate::fixture::Company;

/// The bearer of a new token for provisioning, whose user may do nothing else.
async fn provider(company: &Company) -> Caller {
    let name = format!("idp{}", company.app.random.jitter());
    company.person(&name).await;
    company.app.authenticate_provider(&token(company, &name).await).await.expect("a provider")
}

async fn token(company: &Company, user_name: &str) -> String {
    let user = Some(UserRef::Name(user_name.to_owned()));
    let new = NewToken { name: format!("scim of {user_name}"), role: Role::Scim, user, expires_ms: None };
    company.app.create_token(&company.console, new).await.expect("a token").1
}

fn told(user_name: &str) -> PersonTold {
    let scim = serde_json::json!({ "userName": user_name }).as_object().cloned().expect("an object");
    PersonTold {
        user_name: user_name.to_owned(),
        full_name: format!("Full {user_name}"),
        email: format!("{user_name}@example.com"),
        profile: Profile { scim, ..Profile::default() },
        ..PersonTold::default()
    }
}

/// What a provider repeats of somebody whom it leaves as it is.
fn as_it_is(person: &Person) -> PersonTold {
    PersonTold {
        user_name: person.user.user_name.clone(),
        external_id: person.user.external_id.clone(),
        full_name: person.user.full_name.clone(),
        email: person.user.email.clone(),
        other_emails: Vec::new(),
        manager: person.manager.as_ref().map(|manager| manager.guid.clone()),
        active: None,
        profile: person.profile.clone(),
    }
}

async fn create(company: &Company, by: &Caller, told: PersonTold) -> Person {
    company.app.create_person(by, told, None).await.expect("a person")
}

/// Changes what `change` changes of what is told otherwise.
async fn revise(
    company: &Company,
    by: &Caller,
    guid: &str,
    change: impl Fn(&mut PersonTold) + Send + 'static,
) -> Result<Provisioned<Person>, Error> {
    let revise = move |before: &Person| {
        let mut told = as_it_is(before);
        change(&mut told);
        Ok::<_, Error>(told)
    };
    company.app.revise_person(by, guid, None, revise).await
}

async fn set_active(company: &Company, by: &Caller, guid: &str, active: bool) -> Provisioned<Person> {
    revise(company, by, guid, move |told| told.active = Some(active)).await.expect("an answer")
}

fn done<T>(provisioned: Provisioned<T>) -> T {
    match provisioned {
        Provisioned::Done(answer) => answer,
        Provisioned::Held(hold) => panic!("{hold:?}"),
    }
}

fn hold<T>(provisioned: Provisioned<T>) -> Hold {
    match provisioned {
        Provisioned::Done(_) => panic!("it is done"),
        Provisioned::Held(hold) => hold,
    }
}

async fn held_by(company: &Company) -> Vec<Held> {
    company.app.held_departures(&company.console, None, UserId(0), 100).await.expect("a list").rows
}

async fn remove(company: &Company, by: &Caller, guid: &str) -> Result<Provisioned<()>, Error> {
    company.app.remove_person(by, guid, |_| Ok(())).await
}

async fn set_policy(company: &Company, scim: Provisioning) {
    set_whole_policy(company, Policy { scim, ..Policy::default() }).await;
}

async fn set_whole_policy(company: &Company, policy: Policy) {
    company.app.set_policy(&company.console, policy).await.expect("a policy");
}

fn is_missing<T: std::fmt::Debug>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::NotFound { .. }))
}
