//! Groups on the real servers: what an account is in, and how it leaves.

use connectors::conformance::order;
use connectors::{Attempt, Owned, perform};
use domain::{Action, Outcome};
use serde_json::json;

use super::servers::{Provider, Which, unique};

const EVERYWHERE: [Which; 4] = [Which::Scim2, Which::Bare, Which::Cursors, Which::Django];

#[tokio::test]
async fn a_disabled_account_leaves_its_groups_and_nobody_else_does() {
    for which in EVERYWHERE {
        let provider = Provider::new(which);
        let connector = provider.connector(&json!({ "remove_from_groups": "on_disable" }));
        let leaver = provider.user(&unique("leaver"), "leaver@example.com").await;
        let stayer = provider.user(&unique("stayer"), "stayer@example.com").await;
        let mut groups = Vec::new();
        for name in ["Admins", "Staff"] {
            groups.push(provider.group(name, &[&leaver, &stayer]).await);
        }
        provider.group("Others", &[&stayer]).await;

        let disable = order(Action::Disable, &leaver);
        let Attempt { outcome, .. } = perform(&*connector, &[], &disable).await;
        let Outcome::Done { evidence } = &outcome else { panic!("{which:?}: {outcome:?}") };
        assert!(evidence.ends_with("is inactive: active is false; it is in no group"), "{evidence}");
        for group in &groups {
            assert_eq!(provider.members(group).await, [stayer.as_str()], "{which:?}");
        }
        assert_eq!(provider.shown(&leaver).await["active"], false, "{which:?}");
        assert_eq!(provider.shown(&stayer).await["active"], true, "{which:?}");
        let Attempt { outcome, .. } = perform(&*connector, &[], &disable).await;
        assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{which:?}: {outcome:?}");

        // Whoever is put back into a group is not done with.
        provider.group("Late", &[&leaver]).await;
        let Attempt { outcome, .. } = perform(&*connector, &[], &disable).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{which:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_deleted_account_leaves_its_groups_first() {
    for which in EVERYWHERE {
        let provider = Provider::new(which);
        let connector = provider.connector(&json!({ "remove_from_groups": "before_delete" }));
        let leaver = provider.user(&unique("leaver"), "leaver@example.com").await;
        let stayer = provider.user(&unique("stayer"), "stayer@example.com").await;
        let group = provider.group("Staff", &[&leaver, &stayer]).await;
        let Attempt { outcome, .. } = perform(&*connector, &[], &order(Action::Disable, &leaver)).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{which:?}: {outcome:?}");
        assert_eq!(provider.members(&group).await.len(), 2, "{which:?}: not yet");
        let Attempt { outcome, .. } = perform(&*connector, &[], &order(Action::Delete, &leaver)).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{which:?}: {outcome:?}");
        assert_eq!(provider.members(&group).await, [stayer.as_str()], "{which:?}");
    }
}

#[tokio::test]
async fn the_inventory_tells_the_groups() {
    for which in EVERYWHERE {
        let provider = Provider::new(which);
        let connector = provider.connector(&json!({}));
        let member = provider.user(&unique("member"), "member@example.com").await;
        let nobody = provider.user(&unique("nobody"), "nobody@example.com").await;
        for name in ["Staff", "Admins"] {
            provider.group(name, &[&member]).await;
        }
        let names = vec!["Admins".to_owned(), "Staff".to_owned()];
        let groups = Owned { kind: "group".to_owned(), count: 2, names };
        assert_eq!(connector.inventory(&member).await, Ok(Some(vec![groups])), "{which:?}");
        assert_eq!(connector.inventory(&nobody).await, Ok(Some(Vec::new())), "{which:?}");
    }
}
