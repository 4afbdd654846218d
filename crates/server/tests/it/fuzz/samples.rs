/// A request: method, target, headers and body. `{secret}` is the administrator's.
pub(super) struct Sample {
    pub(super) method: &'static str,
    pub(super) target: &'static str,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: &'static str,
}

const fn sample(
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Sample {
    Sample { method, target, headers, body }
}

const QSDK: &[(&str, &str)] = &[("Authtoken", "QSDK {secret}"), ("Accept", "application/json")];
const XML: &[(&str, &str)] =
    &[("Authtoken", "{secret}"), ("Accept", "application/xml"), ("Content-Type", "application/xml")];
const CLOUD: &[(&str, &str)] = &[
    ("X-Cloud-Auth-Token", "{secret}"),
    ("X-Cloud-Synchronization", "synchronous"),
    ("Content-Type", "application/json"),
];
const SESSION: &[(&str, &str)] = &[("sessionId", "{secret}"), ("Content-Type", "application/json")];
const BEARER: &[(&str, &str)] = &[("Authorization", "Bearer {secret}"), ("Content-Type", "application/json")];
const PROVIDER: &[(&str, &str)] =
    &[("Authorization", "Bearer {secret}"), ("Content-Type", "application/scim+json"), ("If-Match", "*")];
const PAIR: &[(&str, &str)] = &[("username", "leaver"), ("password", "correct horse")];

/// From the contracts: the vendors' own samples, and what their clients send.
pub(super) const SAMPLES: &[Sample] = &[
    sample("GET", "/commandcenter/api/", &[], ""),
    sample(
        "POST",
        "/webconsole/api/Login",
        QSDK,
        r#"{"mode":4,"username":"leaver","password":"Y29ycmVjdCBob3JzZQ==","deviceId":"d"}"#,
    ),
    sample(
        "POST",
        "/SearchSvc/CVWebService.svc/Login",
        XML,
        r#"<DM2ContentIndexing_CheckCredentialReq username="leaver" password="Y29ycmVjdCBob3JzZQ=="/>"#,
    ),
    sample("DELETE", "/SearchSvc/CVWebService.svc/User/4?newUserGroupId=4&newUserId=0", QSDK, ""),
    sample(
        "DELETE",
        "/webconsole/api/User/byName(userName='leaver')?newUserId=byName(userName='operator')&newUserGroupId=byName(userGroupName='')",
        XML,
        "",
    ),
    sample(
        "DELETE",
        "/webconsole/api/V4/user/4?skipOwnerShipTransfer=false&transferToUser=0&transfertoUserGroup=4",
        QSDK,
        "",
    ),
    sample("PUT", "/commandcenter/api//User/byName(userName='company%5Cjsmith')/Disable", QSDK, ""),
    sample("PUT", "/WebServerCore/User/4/Enable", XML, ""),
    sample("POST", "/webconsole/api/User/4?Level=50", QSDK, r#"{"users":[{"enableUser":false}]}"#),
    sample(
        "POST",
        "/webconsole/api/User/4",
        XML,
        r#"<AppUpdateUserPropertiesRequest><users email="j@example.com" fullName="John" enableUser=""><userEntity newName="John" userName="leaver" userId="4"/></users></AppUpdateUserPropertiesRequest>"#,
    ),
    sample("POST", "/commandcenter/api/User/Offboard", QSDK, "{\n\"userName\": \"leaver\",\n}"),
    sample("POST", "/commandcenter/api/User/Offboard", XML, r#"<Api_OffboardUserReq userId="4"/>"#),
    sample("GET", "/webconsole/api/User?level=10&fq=name:eq:leaver", QSDK, ""),
    sample(
        "GET",
        "/webconsole/api/V4/user?additionalProperties=true?start=0&limit=50&sort=..&fl=..",
        QSDK,
        "",
    ),
    sample("GET", "/webconsole/api/UserGroup/byName(userGroupName='Ops')", XML, ""),
    sample(
        "POST",
        "/webconsole/api/V4/user",
        QSDK,
        r#"{"users":[{"name":"new","email":"n@example.com","fullName":"New"}]}"#,
    ),
    sample("PUT", "/webconsole/api/V4/user/4", QSDK, r#"{"newName":"leaver","enabled":false}"#),
    sample(
        "PUT",
        "/webconsole/api/V4/user/action/delete",
        QSDK,
        r#"{"users":[{"user":{"id":4,"name":"leaver"},"newUserGroup":{"id":4,"name":""},"skipOwnerTransfer":false}]}"#,
    ),
    sample(
        "POST",
        "/webconsole/api/V4/AccessToken",
        QSDK,
        r#"{"tokenName":"x","renewableUntilTimestamp":0}"#,
    ),
    sample(
        "POST",
        "/webconsole/api/VM/421f1e0a-2bf9-4e4a-89a8-bc780a255813/Offboard",
        QSDK,
        r#"{"vmName":""}"#,
    ),
    sample(
        "POST",
        "/webconsole/api/Subclient/byName(clientName='c,d',appName='it''s',instanceName='',backupsetName='x',subclientName='s')/Offboard",
        QSDK,
        "",
    ),
    sample(
        "PUT",
        "/integration/ws/management/rest/users/leaver/deactivate",
        CLOUD,
        r#"{"message":"Your access has ended. Please contact the service desk."}"#,
    ),
    sample("PUT", "/integration/zuul/management/rest/users/leaver/activate", CLOUD, ""),
    sample("GET", "/integration/ws/management/rest/users?startIndex=0&count=500", CLOUD, ""),
    sample(
        "POST",
        "/integration/ws/management/rest/users",
        CLOUD,
        r#"{"user":{"username":"oliver.twist","name":"Oliver","surname":"Twist","email":"o@example.com","language":"en","timezone":"Europe/London","roles":{"management":["user"],"training":["user"]},"extendedFields":{}}}"#,
    ),
    sample(
        "PUT",
        "/integration/ws/management/rest/users/leaver",
        CLOUD,
        r#"{"name":"L","image":{"url":"http://x"},"enabled":false}"#,
    ),
    sample(
        "POST",
        "/integration/ws/management/rest/groups/Ops/users.add",
        CLOUD,
        r#"{"userIds":["leaver","operator"]}"#,
    ),
    sample("DELETE", "/integration/ws/management/rest/users/leaver", CLOUD, ""),
    sample("POST", "/avxapi/login?gwkey=f000ca01&gwsource=WEB", PAIR, "{}"),
    sample(
        "POST",
        "/acctmgmt-remove-user?gwsource=external",
        SESSION,
        r#"{"payload":{"userNames":["leaver","user_02"]}}"#,
    ),
    sample(
        "POST",
        "/avxapi/user-search?&gwsource=web",
        SESSION,
        r#"{"payload":{"startIndex":"1","maxSize":2,"sortColumn":"loginName","sortOrder":"asc","filterValue":"leaver"}}"#,
    ),
    sample(
        "POST",
        "/avxapi/user?gwsource=web",
        SESSION,
        r#"{"payload":{"loginName":"appviewx","password":"QWRtaW5AMTIz","confirmPassword":"QWRtaW5AMTIz","isExternalAuth":"Y","preferredContactMode":"E","email":"a@example.com"}}"#,
    ),
    sample(
        "PUT",
        "/avxapi/user-updateUsergroups?gwsource=web",
        SESSION,
        r#"{"payload":{"loginName":"leaver","assignUserGroups":["Ops"],"unassignUserGroups":["x"]}}"#,
    ),
    sample("DELETE", "/avxapi/userGroup?userGroupName=group_1;gwsource=external", SESSION, ""),
    sample(
        "POST",
        "/avxapi/acctmgmt-get-service-token?gwsource=external",
        &[("Authorization", "Basic Y2xpZW50OnNlY3JldA==")],
        "grant_type=client_credentials",
    ),
    sample(
        "POST",
        "/v1/offboardings",
        BEARER,
        r#"{"goal":"leave","user":"leaver","message":"Bye","start":"2026-12-01T00:00:00Z"}"#,
    ),
    sample("POST", "/v1/offboardings/plan", BEARER, r#"{"goal":"remove","user":4,"newGroup":"Ops"}"#),
    sample("GET", "/v1/users?limit=10&after=", BEARER, ""),
    sample("GET", "/v1/log?after=1&limit=2", BEARER, ""),
    sample(
        "GET",
        "/scim/v2/Users?filter=userName%20eq%20%22leaver%22&startIndex=1&count=2&sortBy=name.familyName",
        PROVIDER,
        "",
    ),
    sample(
        "GET",
        "/scim/v2/?filter=emails%5Btype%20eq%20%22work%22%20and%20value%20co%20%22@%22%5D%20or%20not%20(active%20eq%20true)&cursor=&attributes=userName",
        PROVIDER,
        "",
    ),
    sample(
        "POST",
        "/scim/v2/Users",
        PROVIDER,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new","emails":[{"value":"n@x","primary":true}],"name":{"givenName":"N"},"active":"True"}"#,
    ),
    sample(
        "PATCH",
        "/scim/v2/Me",
        PROVIDER,
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"emails[type eq \"work\"].value","value":"a@x"},{"op":"replace","value":{"name.givenName":"A","title":"T"}}]}"#,
    ),
    sample(
        "POST",
        "/scim/v2/Groups/.search",
        PROVIDER,
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"displayName sw \"O\"","excludedAttributes":["members"],"count":1}"#,
    ),
    sample(
        "POST",
        "/scim/v2/Bulk",
        PROVIDER,
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":1,"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bulk"}},{"method":"POST","path":"/Groups","bulkId":"b","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Bulk","members":[{"value":"bulkId:a"}]}}]}"#,
    ),
    sample("PATCH", "/v1/users/name:leaver", BEARER, r#"{"email":"x","groups":["Ops"]}"#),
];
