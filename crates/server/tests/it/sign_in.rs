//! Sign-ins in the face of what happens meanwhile: other guesses, another password, names that are none.

use domain::{Error, Role};
use exeunt::app::{SignIn, UserRef};
use exeunt::faces::Proxies;
use futures_util::future::join_all;
use secrecy::SecretString;

use crate::fixture::{Company, PASSWORD, ask};
use crate::home::both;

/// Guesses under way at once.
const GUESSES: usize = 12;
/// Looked at before a name must wait.
const LOOKED_AT: usize = 5;

#[test]
fn guesses_made_at_once_are_counted_one_by_one() {
    both(|company| async move {
        let company = &company;
        for (name, knows) in [("operator", "a name that is taken"), ("nobody", "a name that nobody has")] {
            let guesses =
                (0..GUESSES).map(|n| company.app.sign_in(Company::attempt(name, &format!("guess {n}"))));
            let answers: Vec<Error> =
                join_all(guesses).await.into_iter().map(|answer| answer.expect_err("a guess")).collect();
            let told = answers.iter().filter(|answer| **answer == Error::BadPassword).count();
            let locked = answers.iter().filter(|answer| matches!(answer, Error::Locked { .. })).count();
            assert_eq!((told, locked), (LOOKED_AT, GUESSES - LOOKED_AT), "{knows}");
            let right = company.app.sign_in(Company::attempt(name, PASSWORD)).await;
            assert!(matches!(right, Err(Error::Locked { retry_after_ms: 30_000 })), "{knows}: {right:?}");
        }
    });
}

#[test]
fn an_old_password_opens_nothing_once_it_was_changed() {
    both(|company| async move {
        let company = &company;
        company.user("jsmith", Role::None).await;
        let sign_ins =
            join_all((0..GUESSES).map(|_| company.app.sign_in(Company::attempt("jsmith", PASSWORD))));
        let (user, fresh) = (UserRef::Name("jsmith".to_owned()), SecretString::from("another horse"));
        // First in the queue for a core: the others look the old password up and wait behind it.
        let change = company.app.set_password(&company.console, &user, &fresh);
        let (changed, signed_in) = tokio::join!(change, sign_ins);
        changed.expect("another password");
        for signed_in in signed_in {
            let alive = match signed_in {
                Ok(signed_in) => company.app.authenticate(&signed_in.secret).await.is_ok(),
                Err(error) => {
                    assert_eq!(error, Error::BadPassword);
                    false
                }
            };
            assert!(!alive, "a session of the old password outlived it");
        }
    });
}

#[test]
fn names_that_nobody_can_have_look_like_wrong_passwords() {
    both(|company| async move {
        let company = &company;
        let endless = "x".repeat(100_000);
        for name in ["", " ", "oper\0ator", "operator\0", "\0", "a\nb", &endless] {
            let attempt = |host: Option<&str>| SignIn {
                host: host.map(str::to_owned),
                address: Some([192, 0, 2, 1].into()),
                ..Company::attempt(name, PASSWORD)
            };
            let shown: String = name.chars().take(20).collect();
            let answer = company.app.sign_in(attempt(None)).await.map(|signed_in| signed_in.user.user_name);
            let locked = matches!(answer, Err(Error::Locked { .. }));
            assert!(locked || answer == Err(Error::BadPassword), "{shown:?}: {answer:?}");
        }
        // They count: the address has failed too often by now.
        let elsewhere =
            SignIn { address: Some([192, 0, 2, 1].into()), ..Company::attempt("operator", PASSWORD) };
        assert!(matches!(company.app.sign_in(elsewhere).await, Err(Error::Locked { .. })));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_each_client_answers_for_itself() {
    let company = Company::new().await;
    let proxies: Proxies = "127.0.0.1".parse().expect("an address");
    let router = proxies.before(company.router.clone());
    let sign_in = async |client: &str, name: &str, password: &str| {
        let headers = [("content-type", "application/json"), ("x-forwarded-for", client)];
        let body = serde_json::json!({ "userName": name, "password": password }).to_string();
        ask(&router, "POST", "/v1/sessions", &headers, &body).await.status.as_u16()
    };
    for n in 0..LOOKED_AT {
        assert_eq!(sign_in("192.0.2.1", &format!("nobody{n}"), "a guess").await, 401);
    }
    assert_eq!(sign_in("192.0.2.1", "operator", PASSWORD).await, 429);
    assert_eq!(sign_in("192.0.2.2", "operator", PASSWORD).await, 201);
}
