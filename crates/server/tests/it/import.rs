//! A whole directory at once: all of it, or nothing and every reason why.

use domain::{AccountState, Role, UserState};
use exeunt::app::import::{
    AccountRow, AssetRow, GroupRow, Import, ImportError, Imported, OwnerName, Problem, UserRow,
};
use secrecy::SecretString;

use crate::fixture::{Company, PASSWORD};

fn user(user_name: &str) -> UserRow {
    UserRow { user_name: user_name.to_owned(), ..UserRow::default() }
}

fn asset(kind: &str, name: &str, owner: OwnerName) -> AssetRow {
    AssetRow {
        kind: kind.to_owned(),
        name: name.to_owned(),
        owner,
        id: None,
        owner_role: None,
        external_id: None,
    }
}

fn account(user: &str, platform: &str, remote_id: &str) -> AccountRow {
    let state = AccountState::Active;
    AccountRow {
        user: user.to_owned(),
        platform: platform.to_owned(),
        remote_id: remote_id.to_owned(),
        state,
    }
}

async fn problems(company: &Company, import: Import) -> Vec<String> {
    let refused = company.app.import(&company.console, import, std::sync::Arc::default()).await;
    let Err(ImportError::Problems(problems)) = refused else { panic!("{refused:?}") };
    let line = |p: Problem| format!("{:?} {} {} {:?} {}", p.table, p.row, p.column, p.value, p.message);
    problems.into_iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives() {
    let company = Company::new().await;
    company.platform("training", "{}").await;
    let ops = GroupRow { name: "Ops".to_owned(), id: Some(22), description: "Operations".to_owned() };
    let jsmith = UserRow {
        id: Some(400),
        guid: Some("6F9619FF-8B86-D011-B42D-00C04FC964FF".to_owned()),
        role: Role::Operator,
        manager: Some("kjones".to_owned()),
        external_id: Some("e1".to_owned()),
        password: Some(SecretString::from(PASSWORD)),
        groups: vec!["ops".to_owned(), "View All".to_owned()],
        ..user("company\\jsmith")
    };
    let import = Import {
        groups: vec![ops],
        users: vec![jsmith, UserRow { state: UserState::Deactivated, ..user("kjones") }],
        assets: vec![
            asset("alert", "nightly", OwnerName::User("Company/JSmith".to_owned())),
            asset("vm_client", "vm 1", OwnerName::Group("Ops".to_owned())),
        ],
        accounts: vec![account("kjones", "training", "k.jones")],
    };
    let head = company.log_head().await;
    let written = std::sync::Arc::default();
    let imported = company.app.import(&company.console, import, std::sync::Arc::clone(&written)).await;
    assert_eq!(imported, Ok(Imported { groups: 1, users: 2, assets: 2, accounts: 1 }));
    assert_eq!(written.load(std::sync::atomic::Ordering::Relaxed), 6);
    assert_eq!(company.log_kinds(head).await, ["directory.imported"]);
    let (jsmith, kjones) = (company.detail("company/jsmith").await, company.detail("kjones").await);
    assert_eq!((jsmith.user.id.0, kjones.user.id.0), (400, 401));
    assert_eq!(jsmith.user.guid, "6f9619ff8b86d011b42d00c04fc964ff");
    assert_eq!(jsmith.user.manager, Some(kjones.user.id));
    assert_eq!(jsmith.groups.iter().map(|group| group.id.0).collect::<Vec<_>>(), [3, 22]);
    assert_eq!(jsmith.holdings.to_string(), "1 alert");
    assert_eq!(kjones.user.state, UserState::Deactivated);
    assert_eq!(kjones.accounts[0].remote_id, "k.jones");
    company.session("company/jsmith").await;
    // Numbers that were given are never handed out again.
    assert_eq!(company.user("next", Role::None).await.0, 402);
    assert_eq!(company.group("Next").await.0, 23);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_is_told_and_nothing_is_added() {
    let company = Company::new().await;
    company.user("there", Role::None).await;
    let head = company.log_head().await;
    let import = Import {
        groups: vec![GroupRow { name: "MASTER".to_owned(), id: Some(3), ..GroupRow::default() }],
        users: vec![
            user("fine"),
            UserRow { manager: Some("nobody".to_owned()), groups: vec!["None".to_owned()], ..user("There") },
            UserRow {
                guid: Some("x".to_owned()),
                password: Some(SecretString::from("short")),
                ..user("FINE")
            },
            UserRow { id: Some(1), state: UserState::Removed, ..user(" spaced") },
            UserRow { id: Some(0), ..user("zero") },
        ],
        assets: vec![
            asset("Alert", "a", OwnerName::User("fine".to_owned())),
            asset("alert", "", OwnerName::Group("None".to_owned())),
        ],
        accounts: vec![account("nobody", "local", "x")],
    };
    let expected = [
        "Groups 0 name \"MASTER\" is there already",
        "Groups 0 id \"3\" is there already",
        "Users 4 id \"0\" must be 1 to 2147483647",
        "Users 1 user_name \"There\" is there already",
        "Users 2 user_name \"FINE\" stands in an earlier row",
        "Users 3 id \"1\" is there already",
        "Users 1 manager \"nobody\" there is no such user",
        "Users 1 groups \"None\" there is no such group",
        "Users 2 password \"(hidden)\" must have at least 8 characters",
        "Users 2 guid \"x\" must be a UUID",
        "Users 3 user_name \" spaced\" must not begin or end with a space",
        "Users 3 state \"removed\" must be active or deactivated: tombstones are made by removals",
        "Assets 0 kind \"Alert\" must be 1 to 64 of a-z, 0-9 and _",
        "Assets 1 name \"\" must not be empty",
        "Assets 1 owner_group \"None\" there is no such owner",
        "Accounts 0 user \"nobody\" there is no such user",
        "Accounts 0 platform \"local\" there is no such platform",
    ];
    assert_eq!(problems(&company, import).await, expected);
    assert_eq!(company.log_head().await, head);
    assert_eq!(company.user("next", Role::None).await.0, 5, "no number was used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold() {
    let company = Company::new().await;
    company.platform("training", "{}").await;
    let accounts = (0..=domain::plan::MAX_ACCOUNTS).map(|n| account("admin", "training", &n.to_string()));
    let import = Import { accounts: accounts.collect(), ..Import::default() };
    let expected = ["Accounts 200 user \"admin\" must not have more than 200 accounts"];
    assert_eq!(problems(&company, import).await, expected);
    let import = Import { users: vec![user(""); 30], ..Import::default() };
    assert_eq!(problems(&company, import).await.len(), exeunt::app::import::MAX_PROBLEMS);
    let password = Some(SecretString::from(PASSWORD));
    let users = (0..=100).map(|n| UserRow { password: password.clone(), ..user(&n.to_string()) });
    let import = Import { users: users.collect(), ..Import::default() };
    let refused = company.app.import(&company.console, import, std::sync::Arc::default()).await;
    let expected = domain::Error::TooMany { what: "rows with a password", limit: 100 };
    assert_eq!(refused, Err(ImportError::Other(expected)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_platforms_call_assets_is_unique_in_its_kind() {
    let company = Company::new().await;
    let named = |kind: &str, external_id: &str| AssetRow {
        external_id: Some(external_id.to_owned()),
        ..asset(kind, "a", OwnerName::Group("master".to_owned()))
    };
    let import = |assets| Import { assets, ..Import::default() };
    let first =
        vec![named("vm_client", "Guid-1"), named("subclient", "guid-1"), named("subclient", r"a\b/c")];
    company.app.import(&company.console, import(first), std::sync::Arc::default()).await.expect("added");
    let page = company.app.assets(&company.console, domain::AssetId(0), 9).await.expect("assets");
    let kept = page.rows.into_iter().filter_map(|asset| asset.external_id).collect::<Vec<_>>();
    assert_eq!(kept, ["Guid-1", "guid-1", r"a\b/c"]);
    let again = vec![
        named("vm_client", "GUID-1"),
        named("subclient", "A/B/C"),
        named("alert", "x"),
        named("alert", "X"),
        named("alert", " "),
    ];
    let expected = [
        "Assets 0 external_id \"GUID-1\" is there already",
        "Assets 1 external_id \"A/B/C\" is there already",
        "Assets 3 external_id \"X\" stands in an earlier row",
        "Assets 4 external_id \" \" must not be empty",
    ];
    assert_eq!(problems(&company, import(again)).await, expected);
}
