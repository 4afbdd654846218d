use domain::{Error, Refusal, Role};
use exeunt::app::{Credential, Provisioned};
use secrecy::SecretString;
use serde_json::json;

use super::{as_it_is, create, done, is_missing, provider, revise, told};
use crate::fixture::{Company, PASSWORD};
use crate::home::both;

#[test]
fn a_user_is_made_read_and_changed() {
    both(|company| async move {
        let by = provider(&company).await;
        let boss = create(&company, &by, told("boss")).await;
        let mut new = told("jsmith");
        (new.external_id, new.manager) = (Some("00u1".to_owned()), Some(boss.user.guid.clone()));
        let made = create(&company, &by, new).await;
        assert_eq!(made.manager.as_ref().map(|manager| manager.full_name.as_str()), Some("Full boss"));
        assert_eq!(company.app.person(&by, &made.user.guid).await.expect("a person"), made);

        company.clock.advance(1_000);
        let changed = revise(&company, &by, &made.user.guid, |told| {
            told.user_name = "smith".to_owned();
            told.manager = None;
            told.profile.scim.insert("title".to_owned(), json!("Lead"));
        });
        let changed = done(changed.await.expect("changed"));
        assert_eq!((changed.user.user_name.as_str(), &changed.manager), ("smith", &None));
        assert_eq!(changed.profile.scim["title"], "Lead");
        assert_eq!(changed.user.modified_ms, made.user.modified_ms + 1_000);
        let kinds = company.log_kinds(0).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "user.changed").count(), 1, "one change, one entry");
    });
}

#[test]
fn what_is_as_it_was_is_no_change() {
    both(|company| async move {
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await;
        let before = company.log_head().await;
        company.clock.advance(1_000);
        let same =
            done(revise(&company, &by, &made.user.guid, |told| told.active = Some(true)).await.expect("it"));
        assert_eq!(same, made, "not even the time of its last change");
        assert_eq!(company.log_head().await, before);
    });
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    both(|company| async move {
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await;
        create(&company, &by, told("taken")).await;
        let before = company.log_head().await;
        let mut stranger = told("new");
        stranger.manager = Some("f".repeat(32));
        let refused = company.app.create_person(&by, stranger, None).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "manager", .. })), "{refused:?}");
        let refused = company.app.create_person(&by, told("Taken"), None).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let refused = company.app.create_person(&by, told(" "), None).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "userName", .. })), "{refused:?}");
        let refused =
            revise(&company, &by, &made.user.guid, |told| told.user_name = "taken".to_owned()).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let own =
            company.app.revise_person(&by, &made.user.guid, None, |_| Err(Error::invalid("etag", "is old")));
        assert_eq!(own.await, Err(Error::invalid("etag", "is old")), "what the face finds wrong");
        for guid in ["", "jsmith", "\0", &"0".repeat(32)] {
            assert!(is_missing(&company.app.person(&by, guid).await), "{guid:?}");
        }
        assert_eq!(company.app.person(&by, &made.user.guid).await.expect("a person"), made);
        assert_eq!(company.log_head().await, before);
    });
}

#[test]
fn a_password_is_set_and_ends_what_was_open() {
    both(|company| async move {
        let by = provider(&company).await;
        let password = || Some(SecretString::from(PASSWORD));
        let made = company.app.create_person(&by, told("jsmith"), password()).await.expect("a person");
        let session = company.session("jsmith").await;
        let other = Some(SecretString::from("another horse"));
        let revised =
            company.app.revise_person(&by, &made.user.guid, other, |it| Ok::<_, Error>(as_it_is(it)));
        done(revised.await.expect("revised"));
        assert!(company.app.authenticate(&session).await.is_err());
        assert!(company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.is_err());
        company.app.sign_in(Company::attempt("jsmith", "another horse")).await.expect("a session");
    });
}

#[test]
fn nobody_becomes_an_administrator_by_provisioning() {
    both(|company| async move {
        let by = provider(&company).await;
        let guid = company.detail("operator").await.user.guid;
        let privileged = |answer: &Result<_, Error>| {
            let user = "operator".to_owned();
            *answer == Err(Error::Refused(vec![Refusal::Privileged { user }]))
        };
        let password = Some(SecretString::from("another horse"));
        let seized =
            company.app.revise_person(&by, &guid, password.clone(), |it| Ok::<_, Error>(as_it_is(it)));
        assert!(privileged(&seized.await));
        assert!(privileged(&revise(&company, &by, &guid, |told| told.user_name = "x".to_owned()).await));
        assert!(privileged(
            &revise(&company, &by, &guid, |told| told.email = "x@example.com".to_owned()).await
        ));
        let named = revise(&company, &by, &guid, |told| told.full_name = "Olive".to_owned()).await;
        assert_eq!(done(named.expect("a person")).user.full_name, "Olive", "all else may be kept");

        let secret = company.session("admin").await;
        let admin = company.app.authenticate_provider(&secret).await.expect("an administrator");
        assert!(matches!((&admin.credential, admin.role), (Credential::Session { .. }, Role::Admin)));
        let set = company.app.revise_person(&admin, &guid, password, |it| Ok::<_, Error>(as_it_is(it))).await;
        assert!(matches!(set, Ok(Provisioned::Done(_))), "{set:?}");
        company.app.sign_in(Company::attempt("operator", "another horse")).await.expect("a session");
    });
}
