//! Offboardings, from the plan to a person's word.

use axum::http::StatusCode;
use domain::{Goal, OffboardingState, Role};
use exeunt::app::{Start, UserRef};
use serde_json::{Value, json};

use super::{Client, Transcript};
use crate::fixture::Company;

/// A user with an account that the platform `training` refuses to touch, and their open deactivation.
pub(super) async fn blocked(company: &Company) -> String {
    let stuck = company.user("stuck", Role::None).await;
    let training = company.platform("training", r#"{"refuse":["s.tuck"]}"#).await;
    company.account(stuck, training, "s.tuck").await;
    let cut = Start::new(Goal::Deactivate, vec![UserRef::Name("stuck".to_owned())]);
    let started = company.app.start(&company.console, cut).await.expect("accepted").remove(0);
    company.engine.run_until_idle().await;
    started.offboarding.id.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_planned_started_and_seen_to_its_end() {
    let company = Company::new().await;
    let operator = Client::new(&company, "operator").await;
    let leaver = company.user("jsmith", Role::None).await;
    company.user("kjones", Role::None).await;
    company.asset(leaver, "alert", "nightly").await;
    let training = company.platform("training", r#"{"unsupported":["transfer"]}"#).await;
    company.account(leaver, training, "j.smith").await;
    let mut told = Transcript::default();
    let wish = json!({ "goal": "remove", "user": "JSMITH", "newUser": "kjones", "message": "Farewell" });
    let before = company.log_head().await;
    told.add("POST /v1/offboardings/plan", &operator.post("/v1/offboardings/plan", wish.clone()).await);
    assert_eq!(company.log_head().await, before, "a plan changes nothing");
    let started = told.add("POST /v1/offboardings", &operator.post("/v1/offboardings", wish.clone()).await);
    assert_eq!(company.log_head().await, before + 1);
    let joined = operator.post("/v1/offboardings", json!({ "goal": "remove", "user": "jsmith" })).await;
    assert_eq!(joined.status, StatusCode::CONFLICT, "jsmith is a tombstone by now");
    company.engine.run_until_idle().await;
    let path = format!("/v1/offboardings/{}", started["id"].as_str().expect("an id"));
    told.add("GET /v1/offboardings/{id}", &operator.get(&path).await);
    told.add("GET /v1/offboardings?state=blocked", &operator.get("/v1/offboardings?state=blocked").await);
    told.add("GET /v1/log", &operator.get(&format!("/v1/log?after={before}&limit=1")).await);
    insta::assert_snapshot!("removal", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_departure_is_over_at_once() {
    let company = Company::new().await;
    let operator = Client::new(&company, "operator").await;
    company.user("jsmith", Role::None).await;
    let wish = json!({ "goal": "deactivate", "user": "jsmith", "wait": true });
    let answer = operator.post("/v1/offboardings", wish).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["state"], "completed");
    let location = format!("/v1/offboardings/{}", body["id"].as_str().expect("an id"));
    assert_eq!(answer.header("location"), Some(&*location));
    assert_eq!(operator.get(&location).await.json(), body);
    let restored = operator.post("/v1/offboardings", json!({ "goal": "restore", "user": "jsmith" })).await;
    assert_eq!(restored.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_told_how_it_ended() {
    let company = Company::new().await;
    let operator = Client::new(&company, "operator").await;
    let leaver = company.user("jsmith", Role::None).await;
    let training = company.platform("training", "{}").await;
    company.account(leaver, training, "j.smith").await;
    let engine = std::sync::Arc::clone(&company.engine);
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(engine.run(stopping));
    let wish = json!({ "goal": "deactivate", "user": "jsmith", "wait": true });
    let answer = operator.post("/v1/offboardings", wish).await;
    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::CREATED, &json!("completed")));
    stop.send_replace(true);
    running.await.expect("the engine stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_may_be_scheduled_joined_and_called_off() {
    let company = Company::new().await;
    let operator = Client::new(&company, "operator").await;
    company.user("jsmith", Role::None).await;
    let wish = json!({ "goal": "leave", "user": "jsmith", "startAt": "2026-12-24T18:00:00+01:00" });
    let scheduled = operator.post("/v1/offboardings", wish.clone()).await;
    assert_eq!(scheduled.status, StatusCode::ACCEPTED, "{}", scheduled.body);
    let body = scheduled.json();
    assert_eq!((&body["state"], &body["startAt"]), (&json!("scheduled"), &json!("2026-12-24T17:00:00Z")));
    let id = body["id"].as_str().expect("an id");
    let again = operator.post("/v1/offboardings", wish).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.json()["refusals"][0]["code"], "leaving");
    let path = format!("/v1/offboardings/{id}/cancel");
    assert_eq!(operator.post(&path, json!({ "reason": " " })).await.json()["field"], "reason");
    let cancelled = operator.post(&path, json!({ "reason": "She stays" })).await;
    assert_eq!((cancelled.status, &cancelled.json()["state"]), (StatusCode::OK, &json!("cancelled")));
    assert_eq!(cancelled.json()["steps"][0]["note"], "She stays (operator (token token of operator))");
    let over = operator.post(&path, json!({ "reason": "She stays" })).await;
    assert_eq!(over.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_departure_is_joined() {
    let company = Company::new().await;
    let id = blocked(&company).await;
    let operator = Client::new(&company, "operator").await;
    let joined = operator.post("/v1/offboardings", json!({ "goal": "deactivate", "user": "stuck" })).await;
    assert_eq!((joined.status, &joined.json()["id"]), (StatusCode::OK, &json!(id)));
    assert_eq!(joined.header("idempotency-replayed"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_step_is_retried_or_left_out() {
    let company = Company::new().await;
    let id = blocked(&company).await;
    let operator = Client::new(&company, "operator").await;
    let path = format!("/v1/offboardings/{id}");
    let step = |answer: &Value| {
        let mut steps = answer["steps"].as_array().expect("steps").iter();
        steps.find(|step| step["state"] == "failed").map(|step| step["no"].as_i64().expect("a number"))
    };
    let detail = operator.get(&path).await.json();
    assert_eq!(detail["state"], "blocked");
    assert_eq!(detail["platforms"][1]["state"], "failed", "{detail}");
    let no = step(&detail).expect("a failed step");
    let retried = operator.post(&format!("{path}/steps/{no}/retry"), json!({})).await;
    assert_eq!(retried.status, StatusCode::OK, "{}", retried.body);
    let tried =
        retried.json()["steps"].as_array().expect("steps").iter().find(|step| step["no"] == no).cloned();
    assert_eq!(tried.expect("the step")["state"], "ready");
    let again = operator.post(&format!("{path}/steps/{no}/retry"), json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "it is not failed any more");
    company.engine.run_until_idle().await;
    while let Some(no) = step(&operator.get(&path).await.json()) {
        let skipped =
            operator.post(&format!("{path}/steps/{no}/skip"), json!({ "reason": "By phone" })).await;
        assert_eq!(skipped.status, StatusCode::OK, "{}", skipped.body);
    }
    let detail = operator.get(&path).await.json();
    assert_eq!(detail["state"], OffboardingState::Completed.as_str());
    for missing in ["steps/99/retry", "steps/0/retry"] {
        let answer = operator.post(&format!("{path}/{missing}"), json!({})).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(operator.post(&format!("{path}/steps/x/retry"), json!({})).await.json()["field"], "no");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_newest_first_and_can_be_narrowed() {
    let company = Company::new().await;
    let operator = Client::new(&company, "operator").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let name = format!("leaver{n}");
        company.user(&name, Role::None).await;
        let goal = if n == 0 {
            json!({ "goal": "leave", "user": name, "startAt": "2027-01-01T00:00:00Z" })
        } else {
            json!({ "goal": "deactivate", "user": name })
        };
        ids.push(operator.post("/v1/offboardings", goal).await.json()["id"].clone());
    }
    ids.reverse();
    let ids_of = |page: &Value| -> Vec<Value> {
        page["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect()
    };
    for limit in [1, 2, 4, 5] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = operator.get(&format!("/v1/offboardings?limit={limit}{after}")).await.json();
            found.extend(ids_of(&page));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(found, ids, "by {limit}");
    }
    assert_eq!(ids_of(&operator.get("/v1/offboardings?state=scheduled").await.json()), ids[4..]);
    assert_eq!(ids_of(&operator.get("/v1/offboardings?user=leaver3").await.json()), ids[1..2]);
    assert_eq!(operator.get("/v1/offboardings?user=ghost").await.status, StatusCode::NOT_FOUND);
    for bad in ["state=completed", "state=x", "state=running&user=leaver3"] {
        assert_eq!(operator.get(&format!("/v1/offboardings?{bad}")).await.json()["field"], "state", "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_page_by_page_and_by_subject() {
    let company = Company::new().await;
    let id = blocked(&company).await;
    let auditor = Client::new(&company, "auditor").await;
    let head = company.log_head().await;
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = auditor.get(&format!("/v1/log?limit=3&after={after}")).await.json();
        found.extend(
            page["items"].as_array().expect("items").iter().map(|entry| entry["seq"].as_i64().expect("seq")),
        );
        let Some(next) = page["next"].as_i64() else { break };
        after = next;
    }
    assert_eq!(found, (1..=head).collect::<Vec<_>>());
    let of_it = auditor.get(&format!("/v1/log?offboarding={id}")).await.json();
    assert!(of_it["items"].as_array().expect("items").iter().all(|entry| entry["offboardingId"] == *id));
    assert_eq!(of_it["items"][0]["kind"], "offboarding.accepted");
    let of_user = auditor.get("/v1/log?user=stuck").await.json();
    assert_eq!(of_user["items"][0]["kind"], "user.created");
    assert_eq!(auditor.get("/v1/log?after=x").await.json()["field"], "after");
    let both = auditor.get(&format!("/v1/log?offboarding={id}&user=stuck")).await;
    assert_eq!(both.json()["field"], "offboarding");
}
