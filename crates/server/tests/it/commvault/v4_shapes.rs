//! The V4 answers, field by field against the vendor's `OpenAPI` schemas.

use domain::{Asset, AssetId, AssetKind, Owner, UserId};
use serde_json::Value;

use super::client::{Client, ROOT};

/// What a field holds.
#[derive(Clone, Copy, Debug)]
enum Type {
    Text,
    Number,
    Flag,
    /// One of the words.
    OneOf(&'static [&'static str]),
    Object(Schema),
    List(Schema),
}
use Type::{Flag, List, Number, Object, OneOf, Text};

/// Every field of one of the vendor's schemas, by its exact name.
type Schema = &'static [(&'static str, Type)];

const ID_NAME: Schema = &[("id", Number), ("name", Text)];
const ID_NAME_COMPANY: Schema = &[("id", Number), ("name", Text), ("company", Object(ID_NAME))];
const ID_NAME_PROVIDER: Schema = &[("id", Number), ("name", Text), ("provider", Object(ID_NAME))];
const COMMCELL_INFO: Schema = &[("name", Text)];
const GENERIC_RESP: Schema = &[("errorMessage", Text), ("errorCode", Number)];
const LOCK_PROPERTIES: Schema = &[("isLocked", Flag), ("startTime", Number), ("endTime", Number)];
const SERVICE_TYPES: Type = OneOf(&[
    "UNKNOWN",
    "COMMSERVE",
    "ACTIVE_DIRECTORY",
    "DOMINO_DIRECTORTY_SERVICE",
    "HOSTED_EXCHANGE",
    "ORGANIZATIONS",
    "DUMMY_DOMAIN",
]);
const TWO_FACTOR_OPTIONS: Type = OneOf(&["ON", "OFF", "DISABLED_AT_COMPANY"]);

const USER_LIST: Schema = &[("numberOfUsers", Number), ("users", List(USER_SUMMARY))];
const USER_SUMMARY: Schema = &[
    ("id", Number),
    ("name", Text),
    ("GUID", Text),
    ("email", Text),
    ("fullName", Text),
    ("plan", Object(ID_NAME)),
    ("enabled", Flag),
    ("lockInfo", Object(LOCK_PROPERTIES)),
    ("numberOfLaptops", Number),
    ("company", Object(ID_NAME)),
    ("commcell", Object(COMMCELL_INFO)),
    ("userPrincipalName", Text),
];
const USER: Schema = &[
    ("id", Number),
    ("name", Text),
    ("GUID", Text),
    ("fullName", Text),
    ("email", Text),
    ("enabled", Flag),
    ("lockInfo", Object(LOCK_PROPERTIES)),
    ("description", Text),
    ("serviceType", SERVICE_TYPES),
    ("lastLoggedIn", Number),
    ("company", Object(ID_NAME)),
    ("plan", Object(ID_NAME)),
    ("authenticationMethod", Text),
    ("authenticationMethodServer", Object(ID_NAME_COMPANY)),
    ("associatedUserGroups", List(ID_NAME_PROVIDER)),
    ("userPrincipalName", Text),
];
const GROUP_LIST: Schema = &[("userGroups", List(GROUP_SUMMARY))];
const GROUP_SUMMARY: Schema = &[
    ("id", Number),
    ("name", Text),
    ("GUID", Text),
    ("serviceType", SERVICE_TYPES),
    ("description", Text),
    ("enabled", Flag),
    ("allowMultipleCompanyMembers", Flag),
    ("company", Object(ID_NAME)),
    ("commcell", Object(COMMCELL_INFO)),
    ("users", List(ID_NAME)),
];
const GROUP: Schema = &[
    ("id", Text),
    ("name", Text),
    ("GUID", Text),
    ("description", Text),
    ("enabled", Flag),
    ("enforceFSQuota", Flag),
    ("quotaLimitInGB", Number),
    ("serviceType", SERVICE_TYPES),
    ("email", Text),
    ("enableTwoFactorAuthentication", TWO_FACTOR_OPTIONS),
    ("enableLocalAuthentication", TWO_FACTOR_OPTIONS),
    ("associatedExternalGroups", List(ID_NAME)),
    ("laptopAdmins", Flag),
    ("associatedLocalGroups", List(ID_NAME)),
    ("plan", Object(ID_NAME)),
    ("company", Object(ID_NAME)),
    ("users", List(ID_NAME)),
    ("associatedEntities", List(ENTITY)),
    ("eligibleToAllowMultipleCompanyMembers", Flag),
    ("allowMultipleCompanyMembers", Flag),
    ("azureGUID", Text),
    ("showAzureGuidOption", Flag),
    // Not in the vendor's schema: the contract answers the element of the list.
    ("commcell", Object(COMMCELL_INFO)),
];
const ENTITY: Schema = &[
    ("id", Number),
    ("name", Text),
    ("type", Text),
    ("role", Object(ID_NAME)),
    ("permissionList", Object(PERMISSION)),
];
const PERMISSION: Schema = &[
    ("permissionId", Number),
    ("permissionName", Text),
    ("categoryId", Number),
    ("categoryName", Text),
    ("type", OneOf(&["ALL_CATEGORIES", "CATEGORY_ENTITY", "PERMISSION_ENTITY"])),
    ("exclude", Flag),
];

/// Everything that was answered is in the schema, with its type; answers how many fields were met.
#[track_caller]
fn fits(value: &Value, schema: Schema, at: &str) -> usize {
    let fields = value.as_object().unwrap_or_else(|| panic!("{at} is no object: {value}"));
    let mut met = fields.len();
    for (name, value) in fields {
        let at = format!("{at}.{name}");
        let declared = schema.iter().find(|(declared, _)| declared == name);
        let (_, declared) = declared.unwrap_or_else(|| panic!("{at} is not in the schema"));
        let holds = match *declared {
            Text => value.is_string(),
            Number => value.as_i64().is_some(),
            Flag => value.is_boolean(),
            OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Object(schema) => {
                met += fits(value, schema, &at);
                true
            }
            List(schema) => {
                let items = value.as_array().unwrap_or_else(|| panic!("{at} is no list: {value}"));
                met += items.iter().map(|item| fits(item, schema, &at)).sum::<usize>();
                true
            }
        };
        assert!(holds, "{at} is not {declared:?}: {value}");
    }
    met
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_fits_its_schema() {
    let client = Client::with_leaver().await;
    let (tenant, ops) = (client.company.console.tenant, client.company.group_named("Ops").await.id);
    let insert = move |tx: &mut store::Tx<'_>| {
        store::members::add(tx, tenant, ops, UserId(4), store::members::Seat::Member)?;
        let vm = Asset {
            id: AssetId(8),
            kind: AssetKind::new("vm_client").expect("a kind"),
            name: "vm 8".to_owned(),
            owner: Some(Owner::Group(ops)),
            owner_role: Some("VM End User".to_owned()),
            orphaned: false,
            external_id: None,
        };
        store::assets::insert(tx, tenant, &vm)
    };
    client.company.app.store.write(insert).await.expect("rows");
    for (method, path, status, schema, fields) in [
        ("GET", "V4/user", 200, USER_LIST, 2 + 5 * (11 + 3 + 2 + 1)),
        ("GET", "V4/user/4", 200, USER, 14 + 3 + 2 + 2),
        ("GET", "V4/UserGroup", 200, GROUP_LIST, 1 + 3 * (10 + 2 + 1) + 2 + 2),
        ("GET", "V4/UserGroup/4", 200, GROUP, 11 + 2 + 1 + 2 + (4 + 2)),
        ("GET", "V4/user/99", 404, GENERIC_RESP, 2),
        ("GET", "V4/user?userGroupId=x", 400, GENERIC_RESP, 2),
        ("GET", "V4/UserGroup/99", 404, GENERIC_RESP, 2),
        ("DELETE", "V4/user/1", 400, GENERIC_RESP, 2),
        ("DELETE", "V4/user/99", 404, GENERIC_RESP, 2),
        ("DELETE", "V4/user/5", 200, GENERIC_RESP, 2),
        ("PUT", "V4/user/action/delete", 400, GENERIC_RESP, 2),
    ] {
        let answer = client.json(method, path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert_eq!(fits(&answer.json(), schema, path), fields, "{path}: {}", answer.body);
    }
    let refused = client.company.call("GET", &format!("{ROOT}/V4/user"), &[], "").await;
    assert_eq!(fits(&refused.json(), GENERIC_RESP, "401"), 2);
}
