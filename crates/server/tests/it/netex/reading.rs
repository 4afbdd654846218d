use domain::Role;
use exeunt::app::NewUser;
use serde_json::{Value, json};

use super::{Netex, is, refused};
use crate::fixture::Company;
use crate::home::both;

/// Contract section 3.4, with the ids of this company.
fn oliver(guid: &str) -> String {
    let sample = r#"{"id":"GUID","commonId":"GUID","externalId":null,"username":"oliver.twist","name":"Oliver","surname":"Twist","email":"oliver@example.com","language":"en","timezone":"Europe/London","officePhone":null,"mobilePhone":null,"interests":null,"aboutMe":null,"location":null,"authSource":"LOCAL","image":null,"enabled":true,"roles":{"management":["user"],"training":["user"],"social":["user"],"play":["user"]},"extendedFields":{},"extra":{}}"#;
    sample.replace("GUID", guid)
}

const OLIVER: &str = r#"{"username":"oliver.twist","name":"Oliver","surname":"Twist","email":"oliver@example.com","language":"en","timezone":"Europe/London"}"#;

/// The names in a list of users.
fn names(answer: &crate::fixture::Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let users = answer.json();
    let users = users.as_array().expect("a bare array").iter();
    users.map(|user| user["username"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_user_is_the_bare_object_of_the_contract() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        assert_eq!(netex.post("users", OLIVER).await.status, 200);
        let guid = netex.guid("oliver.twist").await;
        is(&netex.get("users/oliver.twist").await, 200, &oliver(&guid));
        is(&netex.get(&format!("users/{guid}")).await, 200, &oliver(&guid));
    });
}

/// Of whom other clients made there is a full name only; and their roles here are shown in the vendor's words.
#[tokio::test(flavor = "multi_thread")]
async fn users_of_other_clients_are_shown_too() {
    let netex = Netex::at(Company::new().await).await;
    for (user_name, full_name, role, shown) in [
        ("a", "Ana María García", Role::None, ("Ana", "María García", "user")),
        ("b", "Cher", Role::Auditor, ("Cher", "", "user")),
        ("c", "", Role::Operator, ("", "", "admin")),
        ("d", "Dana Novak", Role::Admin, ("Dana", "Novak", "admin")),
    ] {
        let new = NewUser { full_name: full_name.to_owned(), role, ..NewUser::named(user_name) };
        netex.company.add(new).await;
        let user = netex.get(&format!("users/{user_name}")).await.json();
        assert_eq!((&user["name"], &user["surname"]), (&json!(shown.0), &json!(shown.1)));
        assert_eq!(user["roles"]["management"], json!([shown.2]), "{user_name}");
        assert_eq!(user["roles"]["play"], json!(["user"]));
        assert_eq!((&user["language"], &user["email"]), (&Value::Null, &json!("")));
    }
}

/// Contract section 1: id, external id, common id, user name; to the letter.
#[test]
fn every_identifier_finds_the_user() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let external = |name: &str, id: &str| NewUser {
            external_id: Some(id.to_owned()),
            ..Company::new_user(name, Role::None)
        };
        netex.company.add(external("a/b", "E.1")).await;
        let guid = netex.guid("a/b").await;
        for raw in [guid.as_str(), "E.1", "a%2Fb", "%61%2fb"] {
            let user = netex.get(&format!("users/{raw}")).await.json();
            assert_eq!(user["id"], guid.as_str(), "{raw}");
        }
        for raw in [guid.to_uppercase().as_str(), "e.1", "A%2Fb", "a%5Cb", "a%2Fb%00", "a%252Fb"] {
            assert_eq!(netex.get(&format!("users/{raw}")).await.status, 404, "{raw}");
        }
    });
}

#[test]
fn lists_are_bare_arrays_in_pages() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        for n in 1..=3 {
            netex.company.person(&format!("person.{n}")).await;
        }
        let all = names(&netex.get("users").await);
        let made = ["admin", "operator", "auditor", "restuser.netex", "person.1", "person.2", "person.3"];
        assert_eq!(all, made);
        assert_eq!(names(&netex.get("users?startIndex=0&count=500").await), made);
        assert_eq!(names(&netex.get("users?count=2&startIndex=3").await), made[3..5]);
        assert_eq!(names(&netex.get("users?startIndex=6").await), made[6..]);
        assert_eq!(names(&netex.get("users?count=100000").await), made);
        is(&netex.get("users?startIndex=7").await, 200, "[]");
        is(&netex.get("users?startIndex=4294967295").await, 200, "[]");
        // Who is removed is not there; who is deactivated is.
        netex.delete("users/person.1", &[]).await;
        netex.edit("users/person.2/deactivate", "{}").await;
        let left = netex.get("users?startIndex=4").await;
        assert_eq!(names(&left), ["person.2", "person.3"]);
        assert_eq!(left.json()[0]["enabled"], false);
    });
}

/// Default and limit are 500.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_holds_500() {
    let netex = Netex::at(Company::new().await).await;
    let people = (0..600).map(|n| NewUser::named(format!("person.{n:03}")));
    let mut people: Vec<NewUser> = people.collect();
    while !people.is_empty() {
        let rest = people.split_off(people.len().min(100));
        netex.company.app.create_users(&netex.company.console, people).await.expect("people");
        people = rest;
    }
    for query in ["", "?count=500", "?count=501"] {
        assert_eq!(names(&netex.get(&format!("users{query}")).await).len(), 500, "{query}");
    }
    assert_eq!(names(&netex.get("users?startIndex=500").await).len(), 104);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_none() {
    let netex = Netex::at(Company::new().await).await;
    netex.company.group("Ops").await;
    for path in ["users", "users/restuser.netex/groups", "groups/Ops/admins"] {
        for (query, message) in [
            ("count=x", "count: must be a number from 0 to 4294967295"),
            ("count=-1", "count: must be a number from 0 to 4294967295"),
            ("count=0", "count: must be at least 1"),
            ("startIndex=", "startIndex: must be a number from 0 to 4294967295"),
            ("startIndex=1.5", "startIndex: must be a number from 0 to 4294967295"),
            ("startIndex=1&startIndex=2", "startIndex: is given twice"),
            ("count=%4", "count: holds a broken percent sequence"),
        ] {
            refused(&netex.get(&format!("{path}?{query}")).await, 400, message);
        }
    }
}

/// Contract section 3.6; the vendor's sample has `roles` and the key with the odd spelling.
#[test]
fn the_groups_of_a_user() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        is(&netex.get("users/restuser.netex/groups").await, 200, "[]");
        let mut expected = Vec::new();
        for name in ["G1", "G2", "G3"] {
            netex.company.group(name).await;
            netex.post(&format!("groups/{name}/users.add"), r#"{"userIds":["restuser.netex"]}"#).await;
            let guid = netex.company.group_named(name).await.guid;
            expected.push(format!(
                r#"{{"codGroup":"{name}","commonId":"{guid}","description":"","externalId":null,"name":"{name}","parentCommondId":null,"roles":{{"management":["user"]}}}}"#
            ));
        }
        let whole = format!("[{}]", expected.join(","));
        is(&netex.get("users/restuser.netex/groups").await, 200, &whole);
        let second = format!("[{}]", expected[1]);
        is(&netex.get("users/restuser.netex/groups?startIndex=1&count=1").await, 200, &second);
        is(&netex.get("users/restuser.netex/groups?startIndex=3").await, 200, "[]");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_there_is_not_found() {
    let netex = Netex::at(Company::new().await).await;
    netex.company.person("gone").await;
    let guid = netex.guid("gone").await;
    netex.delete("users/gone", &[]).await;
    for name in ["gone", guid.as_str(), "nobody", "7"] {
        for call in ["", "/groups"] {
            let answer = netex.get(&format!("users/{name}{call}")).await;
            refused(&answer, 404, &format!("User not found: {name}"));
        }
    }
    refused(&netex.get("groups/Nowhere/admins").await, 404, "Group not found: Nowhere");
}
