//! Which role is meant.

use connectors::conformance::order;
use connectors::{Failure, Sight};
use domain::correlation::Theirs;
use domain::{Action, Outcome};
use serde_json::json;

use super::ground::{Ground, quoted};
use super::{assert_done, assert_refused, outcome};

#[tokio::test]
async fn any_name_is_found_and_acted_on() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN SUPERUSER").await;
    let bystander = ground.role("bystander", "LOGIN").await;
    let connector = ground.connector(&user, json!({}));
    let hostile = format!("x\"; DROP ROLE \"{bystander}\"; --");
    for base in [
        "JSmith",
        "o'brien",
        "ACME\\js",
        "ÉMILE Ünlü",
        "日本",
        "%_",
        "16400:x",
        "$$ $1 E'\\x'",
        &hostile[..30],
    ] {
        let role = ground.role(base, "LOGIN").await;
        let id = ground.id(&role).await;
        let found = connector.find(Theirs::UserName, &role.to_lowercase()).await.expect("looks");
        let found: Vec<_> = found.iter().map(|account| (account.id.as_str(), account.active)).collect();
        assert_eq!(found, [(id.as_str(), Some(true))], "{role}");
        assert_done(
            &outcome(&*connector, &order(Action::Disable, &id)).await,
            &format!("role {id} has NOLOGIN"),
        );
        assert_done(&outcome(&*connector, &order(Action::Delete, &id)).await, &format!("no role {id}"));
    }
    assert!(ground.exists(&bystander).await);
    for nobody in ["", "no\0body", "nobody \"at\" all", &"x".repeat(300)] {
        let found = connector.find(Theirs::UserName, nobody).await;
        assert!(matches!(&found, Ok(found) if found.is_empty()), "{nobody:?}: {found:?}");
    }
    let by_mail = connector.find(Theirs::Email, "jsmith@example.com").await;
    assert!(matches!(by_mail, Err(Failure::Refused(_))), "{by_mail:?}");
}

#[tokio::test]
async fn a_renamed_role_is_neither_gone_nor_touched() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN SUPERUSER").await;
    let leaver = ground.role("leaver", "LOGIN").await;
    let connector = ground.connector(&user, json!({}));
    let id = ground.id(&leaver).await;
    let renamed = ground.name("renamed");
    ground.run(&format!("ALTER ROLE {} RENAME TO {}", quoted(&leaver), quoted(&renamed))).await;
    assert_refused(&outcome(&*connector, &order(Action::Disable, &id)).await, &renamed);

    // Somebody new of the old name.
    ground.run(&format!("CREATE ROLE {} LOGIN", quoted(&leaver))).await;
    assert_refused(&outcome(&*connector, &order(Action::Delete, &id)).await, " and ");
    ground.run(&format!("DROP ROLE {}", quoted(&renamed))).await;
    assert_refused(&outcome(&*connector, &order(Action::Delete, &id)).await, "made anew");
    // A name that a person gave is taken as it is.
    let by_name = connector.observe(&order(Action::Enable, &leaver)).await;
    assert!(matches!(by_name, Ok(Sight::So { .. })), "{by_name:?}");
    ground.run(&format!("DROP ROLE {}", quoted(&leaver))).await;
    let gone = outcome(&*connector, &order(Action::Delete, &id)).await;
    assert!(matches!(gone, Outcome::AlreadyDone { .. }), "{gone:?}");
}
