use super::{MANAGEMENT_ONLY, Netex, is, refused};
use crate::fixture::{Company, PASSWORD};
use crate::home::both;

const CHANGE: &str = "users/restuser.netex/changePassword";

#[test]
fn the_new_password_counts_and_what_was_open_is_ended() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let session = netex.company.session("restuser.netex").await;
        let token = netex.company.token("restuser.netex").await;
        let head = netex.company.log_head().await;
        is(&netex.edit(CHANGE, r#"{"newPassword":"another horse"}"#).await, 200, MANAGEMENT_ONLY);
        assert_eq!(netex.company.log_kinds(head).await, ["user.password_changed"]);
        for secret in [session, token] {
            assert!(netex.company.app.authenticate(&secret).await.is_err());
        }
        let old = netex.company.app.sign_in(Company::attempt("restuser.netex", PASSWORD)).await;
        assert!(old.is_err());
        let new = Company::attempt("restuser.netex", "another horse");
        netex.company.app.sign_in(new).await.expect("a session");
    });
}

/// Contract section 2: always synchronous, whatever the header says.
#[tokio::test(flavor = "multi_thread")]
async fn the_synchronization_is_ignored() {
    let netex = Netex::at(Company::new().await).await;
    for value in ["synchronous", "asynchronous", "sometimes"] {
        let headers = [("X-Cloud-Synchronization", value), super::JSON];
        is(&netex.put(CHANGE, &headers, r#"{"newPassword":"another horse"}"#).await, 200, MANAGEMENT_ONLY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_that_are_none() {
    let netex = Netex::at(Company::new().await).await;
    for (body, message) in [
        ("", "body: is missing"),
        ("{}", "newPassword: is missing"),
        (r#"{"newPassword":null}"#, "newPassword: is missing"),
        (r#"{"newPassword":""}"#, "newPassword: is missing"),
        (r#"{"newPassword":["another horse"]}"#, "newPassword: must be a string"),
        (r#"{"newPassword":"short"}"#, "newPassword: must have at least 8 characters"),
    ] {
        refused(&netex.put(CHANGE, &[super::JSON], body).await, 400, message);
    }
    let long = format!(r#"{{"newPassword":"{}"}}"#, "x".repeat(1_025));
    refused(&netex.edit(CHANGE, &long).await, 400, "newPassword: must not exceed 1024 bytes");
    let valid = r#"{"newPassword":"another horse"}"#;
    refused(&netex.edit("users/nobody/changePassword", valid).await, 404, "User not found: nobody");
    netex.company.app.sign_in(Company::attempt("restuser.netex", PASSWORD)).await.expect("the old one still");
}
