use domain::{Role, UserState};
use exeunt::app::{UserChange, UserRef};

use super::{Netex, refused};
use crate::fixture::{Answer, Company};
use crate::home::both;

const UNKNOWN: &str = "X-Cloud-Auth-Token is unknown";
const LACKS: &str = "The token's account lacks the management role admin";

async fn cloud_token(company: &Company, user: &str) -> String {
    let user = UserRef::Name(user.to_owned());
    company.app.create_cloud_token(&company.console, &user).await.expect("a token").1
}

/// What a call with this token is answered; the call changes nothing.
async fn ask(netex: &Netex, token: &str) -> Answer {
    let target = "/integration/ws/management/rest/users/nobody/activate";
    netex.company.call("PUT", target, &[("X-Cloud-Auth-Token", token)], "").await
}

/// Contract section 2: one opaque token per account; a new one kills the old one at once.
#[test]
fn an_account_has_one_token_until_it_makes_another() {
    both(|company| async move {
        let mut netex = Netex::over(company, ["{}"; 3]).await;
        let first = cloud_token(&netex.company, "operator").await;
        let others = cloud_token(&netex.company, "admin").await;
        let named = std::mem::replace(&mut netex.token, first.clone());
        assert_eq!(netex.put("users/restuser.netex/deactivate", &[], "").await.status, 200);
        assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
        netex.company.clock.advance(10 * 365 * 24 * 3_600_000);
        netex.token = cloud_token(&netex.company, "operator").await;
        refused(&ask(&netex, &first).await, 401, UNKNOWN);
        assert_eq!(netex.put("users/restuser.netex/activate", &[], "").await.status, 200);
        for token in [&others, &named] {
            refused(&ask(&netex, token).await, 404, "User not found: nobody");
        }
        let operator = UserRef::Name("operator".to_owned());
        let console = &netex.company.console;
        netex.company.app.revoke_cloud_token(console, &operator).await.expect("revoked");
        refused(&ask(&netex, &netex.token).await, 401, UNKNOWN);
    });
}

#[test]
fn a_token_dies_with_its_account() {
    both(|company| async move {
        let netex = Netex::over(company, ["{}"; 3]).await;
        netex.company.user("second", Role::Operator).await;
        let token = cloud_token(&netex.company, "second").await;
        for call in ["deactivate", "activate"] {
            assert_eq!(netex.put(&format!("users/second/{call}"), &[], "").await.status, 200);
            refused(&ask(&netex, &token).await, 401, UNKNOWN);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lasts_as_long_as_its_account_has_the_role() {
    let netex = Netex::new().await;
    netex.company.user("second", Role::Operator).await;
    let token = cloud_token(&netex.company, "second").await;
    refused(&ask(&netex, &token).await, 404, "User not found: nobody");
    let change = UserChange { role: Some(Role::Auditor), ..UserChange::default() };
    let second = UserRef::Name("second".to_owned());
    netex.company.app.update_user(&netex.company.console, &second, change).await.expect("changed");
    refused(&ask(&netex, &token).await, 403, LACKS);
    let again = netex.company.app.create_cloud_token(&netex.company.console, &second).await;
    assert_eq!(
        again.expect_err("refused").to_string(),
        "second is neither operator nor administrator",
        "the account needs the role"
    );
}
