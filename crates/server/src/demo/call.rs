//! The vendors' requests, as they are sent and as a curl line.

use std::fmt;

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
    pub(super) fn examples(&self) -> Vec<Call> {
        let by_name = "byName(userName='jsmith')?newUserId=byName(userName='kjones')\
                       &newUserGroupId=byName(userGroupName='')";
        vec![
            self.deactivate("restuser.netex"),
            self.offboard(r#"{"userName": "tapicompany/tapicompany"}"#),
            self.offboard(r#"{"userId": 5}"#),
            self.delete(by_name, "application/xml"),
            self.delete("2?newUserGroupId=22&newUserId=0", "application/json"),
            self.remove(r#"{"payload":{"userNames": ["user_01"]}}"#),
        ]
    }

    /// Requests that are refused, each in its API's own way.
    pub(super) fn refusals(&self) -> Vec<Call> {
        let wrong = Vendors { token: "QSDK 0123456789abcdef" };
        vec![
            self.delete("byName(userName='skumar')?newUserId=0&newUserGroupId=0", "application/json"),
            self.delete("byName(userName='skumar')?newUserId=3&newUserGroupId=22", "application/json"),
            wrong.offboard(r#"{"userId": 5}"#),
            self.remove(r#"{"payload":{"userNames": ["user_02", "nobody"]}}"#),
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
        let parts: Vec<String> = std::iter::once(request).chain(headers).chain(body).collect();
        parts.join(" \\\n  ")
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)?;
        match self.body {
            Some(body) => write!(f, "\n  {body}"),
            None => Ok(()),
        }
    }
}
