use domain::{Goal, Role};

use super::{JSON, Netex, SYNCHRONOUS, is, statuses};
use crate::fixture::Company;
use crate::home::{Home, both};

const DEACTIVATE: &str = "users/restuser.netex/deactivate";
const QUIET: &str = "{}";

/// The answer when everything is well but what training says.
fn with_training(training: &str, outer: u16) -> String {
    let well = r#"{"location":null,"message":null,"status":204}"#;
    format!(
        r#"{{"location":null,"message":"","responsePlatforms":{{"training":{training},"social":{well},"play":{well},"management":{well}}},"status":{outer}}}"#
    )
}

fn failed(why: &str) -> String {
    with_training(&format!(r#"{{"location":null,"message":"{why}","status":500}}"#), 500)
}

async fn patient(training: &str) -> Netex {
    Netex::over(Company::new().await, [training, QUIET, QUIET]).await
}

async fn impatient(training: &str) -> Netex {
    Netex::over(Company::waiting(Home::sqlite(), 400).await, [training, QUIET, QUIET]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn synchronous_waits_for_slow_busy_failing_and_forgetful_platforms() {
    for training in [
        r#"{"latency_ms":150}"#,
        r#"{"busy_first":3,"retry_after_ms":0}"#,
        r#"{"fail_first":2}"#,
        r#"{"lose_answer_first":2}"#,
    ] {
        let netex = patient(training).await;
        let _engine = netex.company.run_engine();
        let answer = netex.put(DEACTIVATE, &[SYNCHRONOUS], "").await;
        let done = r#"{"location":null,"message":null,"status":200}"#;
        is(&answer, 200, &with_training(done, 204));
    }
}

/// Contract section 4: HTTP 200, the outer status is the worst, the local part is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_answer_in_time_is_the_contracts_partial_failure() {
    let netex = impatient(r#"{"hang":true}"#).await;
    let _engine = netex.company.run_engine();
    let answer = netex.put(DEACTIVATE, &[SYNCHRONOUS], "").await;
    is(
        &answer,
        200,
        r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":"timeout","status":500},"social":{"location":null,"message":null,"status":204},"play":{"location":null,"message":null,"status":204},"management":{"location":null,"message":null,"status":204}},"status":500}"#,
    );
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, domain::UserState::Deactivated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_asks_for_patience_beyond_the_wait_is_told_with_its_reason() {
    let netex = impatient(r#"{"busy_first":1000000,"retry_after_ms":3600000}"#).await;
    let _engine = netex.company.run_engine();
    let answer = netex.put(DEACTIVATE, &[SYNCHRONOUS], "").await;
    is(&answer, 200, &failed("timeout; simulated platform training: 429, too many requests"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_a_platform_is_told_in_both_modes() {
    let netex = patient(r#"{"refuse":["restuser.netex"]}"#).await;
    let engine = netex.company.run_engine();
    let refused = "simulated platform training: account restuser.netex must not be touched";
    is(&netex.put(DEACTIVATE, &[SYNCHRONOUS], "").await, 200, &failed(refused));
    drop(engine);
    let queued = netex.put(DEACTIVATE, &[], "").await;
    assert_eq!(queued.json()["responsePlatforms"]["training"]["message"], refused);
    assert_eq!(queued.json()["status"], 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_is_done_by_the_engine_and_told_in_the_log() {
    let netex = patient(QUIET).await;
    let before = netex.company.log_head().await;
    let answer = netex.put(DEACTIVATE, &[], "").await;
    assert_eq!(answer.json()["responsePlatforms"]["training"]["status"], 202);
    assert_eq!(netex.company.log_kinds(before).await, ["offboarding.accepted"]);
    netex.company.engine.run_until_idle().await;
    let mut kinds = netex.company.log_kinds(before).await;
    assert_eq!(kinds.pop().as_deref(), Some("offboarding.completed"));
    assert_eq!(kinds.iter().filter(|kind| *kind == "step.done").count(), 6, "{kinds:?}");
}

/// A cut that was called off while a client waited for it was not made.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_that_is_called_off_is_no_success() {
    let netex = patient(r#"{"busy_first":1000000,"retry_after_ms":3600000}"#).await;
    let _engine = netex.company.run_engine();
    let waiting = netex.put(DEACTIVATE, &[SYNCHRONOUS], "");
    let activate = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let answer = netex.put("users/restuser.netex/activate", &[], "").await;
            if answer.status == 200 {
                break;
            }
        }
    };
    let (answer, ()) = tokio::join!(waiting, activate);
    let goal = Goal::Restore;
    is(&answer, 200, &failed(&format!("left out: superseded by {goal}")));
}

/// Contract section 3.1: a tenant's own platforms, and the default set only where it has declared none.
#[test]
fn answers_without_a_departure_name_the_platforms_that_are_declared() {
    both(|company| async move {
        let leaver = company.user("restuser.netex", Role::None).await;
        company.group("Ops").await;
        let netex = Netex { token: company.token("admin").await, leaver, company };
        says(&netex, "one", &["training 202", "social 202", "play 204", "management 204"]).await;
        netex.company.platform("crm", QUIET).await;
        says(&netex, "two", &["management 204"]).await;
        netex.company.platform("training", QUIET).await;
        says(&netex, "three", &["training 202", "management 204"]).await;
        netex.company.platform("social", QUIET).await;
        says(&netex, "four", &["training 202", "social 202", "management 204"]).await;
    });
}

/// Of a creation, of an update without a departure, and of a group's administrators, who are told of by two at most.
async fn says(netex: &Netex, new: &str, expected: &[&str]) {
    let created = netex.post("users", &format!(r#"{{"username":"{new}"}}"#)).await;
    assert_eq!(statuses(&created), expected, "{}", created.body);
    let updated = netex.edit("users/restuser.netex", &format!(r#"{{"name":"{new}"}}"#)).await;
    assert_eq!(statuses(&updated), expected, "{}", updated.body);
    let two = expected.iter().filter(|told| told.starts_with("training") || told.starts_with("management"));
    let two: Vec<&str> = two.copied().collect();
    for change in ["add", "remove"] {
        let path = format!("groups/Ops/admins.{change}");
        let answer = netex.post(&path, r#"{"adminIds":["admin"]}"#).await;
        assert_eq!(statuses(&answer), two, "{}", answer.body);
        let waited = netex.send("POST", &path, &[SYNCHRONOUS, JSON], r#"{"adminIds":["admin"]}"#).await;
        let now: Vec<String> = two.iter().map(|told| told.replace("202", "200")).collect();
        assert_eq!(statuses(&waited), now, "{}", waited.body);
    }
}
