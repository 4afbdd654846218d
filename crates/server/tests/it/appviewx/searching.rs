use domain::{Goal, Role};
use exeunt::app::{Start, UserRef};
use serde_json::{Value, json};

use super::{is, post, refused};
use crate::fixture::{Answer, Company, PASSWORD, other_tenant};
use crate::home::both;

async fn search(company: &Company, session: &str, payload: Value) -> Answer {
    let body = json!({ "payload": payload }).to_string();
    post(company, "user-search", &[("sessionId", session)], &body).await
}

#[track_caller]
fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let objects = answer.json()["response"]["objects"].clone();
    let name = |row: &Value| row["loginName"].as_str().expect("a name").to_owned();
    objects.as_array().expect("a list").iter().map(name).collect()
}

/// Contract section 3.5, with the vendor's own sample payload.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample() {
    let company = Company::new().await;
    let ops = company.group("Ops").await;
    let id = company.user("appviewx_user1", Role::None).await;
    let tenant = company.console.tenant;
    let join =
        move |tx: &mut store::Tx<'_>| store::members::add(tx, tenant, ops, id, store::members::Seat::Member);
    company.app.store.write(join).await.expect("a member");
    let session = company.session("auditor").await;
    let payload = json!({
        "startIndex": 1, "maxSize": 2, "sortColumn": "loginName", "sortOrder": "asc",
        "filterValue": "appviewx_user1",
    });
    is(
        &search(&company, &session, payload).await,
        200,
        r#"{"response":{"objects":[{"loginName":"appviewx_user1","email":"appviewx_user1@example.com","isExternalAuth":"N","status":"Active","userGroups":["Ops"]}],"totalRecords":1},"message":"Matching results found for the given input.","appStatusCode":null,"tags":null,"headers":null}"#,
    );
}

#[test]
fn pages_in_both_orders() {
    both(pages);
}

async fn pages(company: Company) {
    for name in ["amy.a", "AMY.B", "amy.c", "amy_d", "Company\\amy", "Zoë", "zoe"] {
        company.person(name).await;
    }
    let session = company.session("auditor").await;
    for (payload, expected, total) in [
        (json!({ "filterValue": "amy" }), &["amy.a", "AMY.B", "amy.c", "amy_d"][..], 4),
        (
            json!({ "filterValue": "AMY.", "sortOrder": "DESC", "sortColumn": "LoginName" }),
            &["amy.c", "AMY.B", "amy.a"],
            3,
        ),
        (json!({ "filterValue": "amy", "startIndex": "2", "maxSize": "2" }), &["AMY.B", "amy.c"], 4),
        (json!({ "filterValue": "amy", "startIndex": 0, "maxSize": 1 }), &["amy.a"], 4),
        (
            json!({ "filterValue": "amy", "startIndex": 4, "maxSize": 500, "sortOrder": "desc" }),
            &["amy.a"],
            4,
        ),
        (json!({ "filterValue": "amy", "startIndex": 5 }), &[], 4),
        (json!({ "filterValue": "company/", "sortOrder": null }), &["Company\\amy"], 1),
        (json!({ "filterValue": "ZO" }), &["zoe", "Zoë"], 2),
    ] {
        let answer = search(&company, &session, payload.clone()).await;
        assert_eq!(names(&answer), expected, "{payload}");
        assert_eq!(answer.json()["response"]["totalRecords"], total, "{payload}");
    }
}

/// Nobody found is the vendor's 404; a prefix is not a pattern.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_found() {
    let company = Company::new().await;
    other_tenant(&company, "other.example.com").await;
    company.person("leaver").await;
    let leaver = vec![UserRef::Name("leaver".to_owned())];
    company.app.start(&company.console, Start::new(Goal::Remove, leaver)).await.expect("removed");
    let session = company.session("auditor").await;
    for prefix in ["leaver", "%", "_", "*", "perator", "a' OR '1'='1", "nul\0", "\u{10ffff}"] {
        let answer = search(&company, &session, json!({ "filterValue": prefix })).await;
        refused(&answer, 404, "DG_009", "No matching records found.");
    }
    let headers = [("Host", "other.example.com"), ("username", "admin"), ("password", PASSWORD)];
    let body = r#"{"payload":{"filterValue":"auditor"}}"#;
    assert_eq!(post(&company, "user-search", &headers, body).await.status, 404, "of another tenant");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deactivated_or_signs_in_elsewhere_says_so() {
    let company = Company::new().await;
    company.user("amy.inside", Role::None).await;
    company.person("amy.outside").await;
    let amy = vec![UserRef::Name("amy.inside".to_owned())];
    company.app.start(&company.console, Start::new(Goal::Deactivate, amy)).await.expect("deactivated");
    let session = company.session("auditor").await;
    let answer = search(&company, &session, json!({ "filterValue": "amy" })).await;
    let words = |field: &str| -> Vec<Value> {
        let rows = answer.json()["response"]["objects"].as_array().expect("a list").clone();
        rows.iter().map(|row| row[field].clone()).collect()
    };
    assert_eq!(words("status"), ["Inactive", "Active"]);
    assert_eq!(words("isExternalAuth"), ["N", "Y"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_names_its_field() {
    let company = Company::new().await;
    let session = company.session("auditor").await;
    let missing = "Mandatory Field 'filterValue' is missing or empty";
    for payload in
        [json!({}), json!(null), json!([]), json!({ "filterValue": " " }), json!({ "filterValue": null })]
    {
        refused(&search(&company, &session, payload).await, 400, "ACCT_US_015", missing);
    }
    for (field, value, why) in [
        ("filterValue", json!(1), "must be a string"),
        ("maxSize", json!(0), "must be 1 to 500"),
        ("maxSize", json!(501), "must be 1 to 500"),
        ("maxSize", json!(-1), "must be a whole number"),
        ("maxSize", json!(1.5), "must be a whole number"),
        ("maxSize", json!("ten"), "must be a whole number"),
        ("maxSize", json!([1]), "must be a whole number"),
        ("maxSize", json!("99999999999999999999"), "must be a whole number"),
        ("startIndex", json!(10_002), "must not exceed 10001"),
        ("startIndex", json!(u64::MAX), "must not exceed 10001"),
        ("sortColumn", json!("email"), "must be loginName"),
        ("sortColumn", json!(1), "must be a string"),
        ("sortOrder", json!("up"), "must be asc or desc"),
    ] {
        let mut payload = json!({ "filterValue": "a" });
        payload[field] = value;
        let answer = search(&company, &session, payload).await;
        refused(&answer, 400, "INVALID_REQUEST", &format!("{field}: {why}"));
    }
}
