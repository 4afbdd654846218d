use domain::{Error, Goal, Role};
use exeunt::app::{NewGroup, Start, UserRef};

use super::{provider, token};
use crate::fixture::Company;
use crate::home::both;

#[test]
fn a_token_for_provisioning_opens_nothing_else() {
    both(|company| async move {
        company.person("idp").await;
        let secret = token(&company, "idp").await;
        assert_eq!(company.app.authenticate(&secret).await, Err(Error::Forbidden), "on any other face");
        let by = company.app.authenticate_provider(&secret).await.expect("a provider");

        let app = &company.app;
        let admin = UserRef::Name("admin".to_owned());
        let forbidden = [
            app.user(&by, &admin).await.err(),
            app.log_head(&by).await.err(),
            app.policy(&by).await.err(),
            app.start(&by, Start::new(Goal::Deactivate, vec![admin])).await.err(),
            app.create_user(&by, Company::new_user("new", Role::None)).await.err(),
            app.create_group(&by, NewGroup { name: "New".to_owned(), description: String::new() })
                .await
                .err(),
            app.held_departures(&by, None, domain::UserId(0), 10).await.err(),
        ];
        assert!(forbidden.iter().all(|error| *error == Some(Error::Forbidden)), "{forbidden:?}");
    });
}

#[test]
fn a_token_ends_with_its_user_and_no_role_replaces_it() {
    both(|company| async move {
        let by = provider(&company).await;
        assert!(company.app.person(&by, &"0".repeat(32)).await.is_err_and(|error| error != Error::Forbidden));
        let secret = company.session("operator").await;
        let refused = company.app.authenticate_provider(&secret).await;
        assert_eq!(refused, Err(Error::Forbidden), "an operator is no provider");
        let secret = company.session("admin").await;
        let admin = company.app.authenticate_provider(&secret).await.expect("an administrator is one");
        assert_eq!(admin.role, Role::Admin);

        company.person("idp").await;
        let secret = token(&company, "idp").await;
        let held = company.app.authenticate_provider(&secret).await.expect("a provider");
        let cut = Start::new(Goal::Deactivate, vec![UserRef::Name("idp".to_owned())]);
        company.app.start(&company.console, cut).await.expect("accepted");
        assert_eq!(company.app.authenticate_provider(&secret).await, Err(Error::BadCredential));
        let late = company.app.create_person(&held, super::told("late"), None).await;
        assert_eq!(late, Err(Error::BadCredential), "and what was under way asks again");
    });
}
