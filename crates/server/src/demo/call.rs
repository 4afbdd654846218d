//! The vendors' requests, as they are sent and as a curl line.

/// One request of a vendor's client.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Whose API it is.
    pub api: &'static str,
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<&'static str>,
}

/// The four requests, each for a user.
pub(super) struct Vendors<'a> {
    pub token: &'a str,
}

impl Vendors<'_> {
    pub(super) fn deactivate(&self, user: &str) -> Call {
        Call {
            api: "netexCloud: deactivate user",
            method: "PUT",
            target: format!("/integration/ws/management/rest/users/{user}/deactivate"),
            headers: vec![
                ("X-Cloud-Auth-Token", self.token.to_owned()),
                ("X-Cloud-Synchronization", "synchronous".to_owned()),
                ("Content-Type", "application/json".to_owned()),
            ],
            body: Some(r#"{"message":"Your access has ended. Please contact the service desk."}"#),
        }
    }

    pub(super) fn offboard(&self, body: &'static str) -> Call {
        Call {
            api: "Commvault: offboard user",
            method: "POST",
            target: "/commandcenter/api/User/Offboard".to_owned(),
            headers: vec![
                ("Content-Type", "application/json".to_owned()),
                ("Accept", "application/json".to_owned()),
                ("Authtoken", self.token.to_owned()),
            ],
            body: Some(body),
        }
    }

    pub(super) fn delete(&self, user_and_owner: &str, accept: &str) -> Call {
        Call {
            api: "Commvault: delete user, ownership to somebody else",
            method: "DELETE",
            target: format!("/webconsole/api/User/{user_and_owner}"),
            headers: vec![("Accept", accept.to_owned()), ("Authtoken", self.token.to_owned())],
            body: None,
        }
    }

    pub(super) fn remove(&self, body: &'static str) -> Call {
        Call {
            api: "AppViewX: remove users",
            method: "POST",
            target: "/avxapi/acctmgmt-remove-user?gwsource=external".to_owned(),
            headers: vec![("Token", self.token.to_owned()), ("Content-Type", "application/json".to_owned())],
            body: Some(body),
        }
    }

    /// What the sample data waits for: each vendor's own example, as it stands in its documentation.
    pub(super) fn examples(&self) -> Vec<(&'static str, Call)> {
        let by_name = "byName(userName='jsmith')?newUserId=byName(userName='kjones')\
                       &newUserGroupId=byName(userGroupName='')";
        vec![
            ("netexCloud: deactivate on every platform, and wait for all", self.deactivate("restuser.netex")),
            ("Commvault: offboard by name", self.offboard(r#"{"userName": "tapicompany/tapicompany"}"#)),
            ("Commvault: offboard by id (pgarcia)", self.offboard(r#"{"userId": 5}"#)),
            (
                "Commvault: delete by name, all goes to user kjones, answer in XML",
                self.delete(by_name, "application/xml"),
            ),
            (
                "Commvault: delete by id (dthomas), all goes to group 22 (Ops), answer in JSON",
                self.delete("2?newUserGroupId=22&newUserId=0", "application/json"),
            ),
            ("AppViewX: remove", self.remove(r#"{"payload":{"userNames": ["user_01"]}}"#)),
        ]
    }

    /// Requests that are refused, each in its API's own way.
    pub(super) fn refusals(&self) -> Vec<(&'static str, Call)> {
        let wrong = Vendors { token: "QSDK 0123456789abcdef" };
        vec![
            (
                "Commvault: no new owner, though there is something to own",
                self.delete("byName(userName='skumar')?newUserId=0&newUserGroupId=0", "application/json"),
            ),
            (
                "Commvault: two new owners",
                self.delete("byName(userName='skumar')?newUserId=3&newUserGroupId=22", "application/json"),
            ),
            ("Commvault: a wrong token", wrong.offboard(r#"{"userId": 5}"#)),
            (
                "AppViewX: one of the names is unknown, so nobody is removed",
                self.remove(r#"{"payload":{"userNames": ["user_02", "nobody"]}}"#),
            ),
        ]
    }
}

impl Call {
    /// As it is pasted into a shell. The token is a variable, so that the lines stay short.
    pub(super) fn curl(&self, base: &str, token: &str) -> String {
        let request = format!("curl -sS -X {} \"{base}{}\"", self.method, self.target);
        let headers = self.headers.iter().map(|(name, value)| {
            let value = if value == token { "$TOKEN" } else { value };
            format!("-H \"{name}: {value}\"")
        });
        let body = self.body.map(|body| format!("-d '{body}'"));
        // Answers end without a line end, as the vendors' do.
        let line_end = "-w '\\n'".to_owned();
        let parts: Vec<String> =
            std::iter::once(request).chain(headers).chain(body).chain([line_end]).collect();
        parts.join(" \\\n  ")
    }

    /// As it is sent, without the secret.
    pub(super) fn shown(&self, token: &str) -> String {
        let request = format!("{} {}", self.method, self.target);
        let headers = self.headers.iter().map(|(name, value)| {
            let value = if value == token { "$TOKEN" } else { value };
            format!("\n  {name}: {value}")
        });
        let body = self.body.map(|body| format!("\n\n  {body}"));
        std::iter::once(request).chain(headers).chain(body).collect()
    }
}
