//! `GET User` and `GET User/{id}`: as much of each user as the level asks for.

use super::associations::{self, Association};
use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::level::Level;
use crate::faces::commvault::media::Format;

const ROOT: &str = "App_GetUserPropertiesResponse";

/// `_type_` of a user.
pub(super) const USER: i64 = 13;

#[derive(Clone, Debug)]
pub struct UserView<'a> {
    pub id: i64,
    pub name: &'a str,
    pub guid: &'a str,
    pub email: &'a str,
    /// The user principal name; some clients find a user by it.
    pub upn: &'a str,
    pub full_name: &'a str,
    pub description: &'a str,
    pub enabled: bool,
    /// Unix time; 0 if never.
    pub last_sign_in_s: i64,
    pub laptops: i64,
    pub lock: Option<LockOfUser>,
    pub groups: Vec<GroupOfUser<'a>>,
    pub associations: Vec<Association<'a>>,
}

/// Signing in must wait; Unix times.
#[derive(Clone, Copy, Debug)]
pub struct LockOfUser {
    pub since_s: i64,
    pub until_s: i64,
}

#[derive(Clone, Debug)]
pub struct GroupOfUser<'a> {
    pub id: i64,
    pub name: &'a str,
}

/// A list, or the one user that was asked for.
pub fn user_list(format: Format, level: Level, users: &[UserView<'_>]) -> Reply {
    let users: Vec<_> = users.iter().map(|user| user.object(level)).collect();
    Reply::ok(format, ROOT, &Object::new().with("users", users))
}

/// The one user that was asked for cannot be shown.
pub fn user_read_failed(format: Format, code: Code, message: &str) -> Reply {
    Reply::read_failed(format, ROOT, code, message)
}

impl UserView<'_> {
    fn object(&self, level: Level) -> Object {
        let entity = Object::new()
            .with("_type_", USER)
            .with("userId", self.id)
            .with("userName", self.name)
            .with("userGUID", self.guid);
        // Clients find and judge a user by these whatever level they ask for.
        let user = Object::new()
            .with("userEntity", entity)
            .with("email", self.email)
            .with("UPN", self.upn)
            .with("fullName", self.full_name);
        if level < Level::Basic {
            return user.with("enableUser", self.enabled);
        }
        let user = self.with_basics(user);
        let user = if level < Level::Quota { user } else { with_quota(user) };
        if level < Level::Associations { user } else { self.with_associations(user) }
    }

    /// A lock is told of only while there is one.
    fn with_basics(&self, user: Object) -> Object {
        let user = user
            .with("description", self.description)
            .with("enableUser", self.enabled)
            .with("lastLogIntime", self.last_sign_in_s)
            .with("loggedInMode", 1)
            .with("idleTime", 0)
            .with("agePasswordDays", 0)
            .with("numDevices", self.laptops);
        let Some(LockOfUser { since_s, until_s }) = self.lock else { return user };
        user.with("isAccountLocked", true).with("lockStartTime", since_s).with("lockEndTime", until_s)
    }

    /// Who can manage a user is not a list of its own here: roles decide it. So the last two levels are one.
    fn with_associations(&self, user: Object) -> Object {
        let groups = self.groups.iter();
        let groups: Vec<_> = groups
            .map(|group| Object::new().with("userGroupId", group.id).with("userGroupName", group.name))
            .collect();
        user.with("associatedUserGroups", groups)
            .with("associatedExternalUserGroups", Vec::new())
            .with("securityAssociations", associations::object(&self.associations))
    }
}

/// Exeunt keeps no quotas.
fn with_quota(user: Object) -> Object {
    user.with("enforceFSQuota", false)
        .with("quotaLimitInGB", 0)
        .with("inheritGroupQuotaSettings", true)
        .with("enforceEdgeDriveQuota", false)
        .with("edgeDriveQuotaLimitInGB", 0)
        .with("inheritGroupEdgeDriveQuotaSettings", true)
        .with("apiQuota", Object::new().with("APILimit", 0).with("APItimeFrame", 0))
        .with("LinkedCommvaultUser", Object::new())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{DECLARATION, is_json, is_xml, json_of};
    use super::*;

    fn jsmith() -> UserView<'static> {
        UserView {
            id: 2,
            name: "jsmith",
            guid: "9A1B…",
            email: "jsmith@example.com",
            upn: "jsmith@example.com",
            full_name: "John Smith",
            description: "",
            enabled: true,
            last_sign_in_s: 1_760_000_000,
            laptops: 0,
            lock: None,
            groups: vec![GroupOfUser { id: 22, name: "Ops" }],
            associations: vec![Association {
                client_id: 7,
                client_name: "lap7",
                role_id: 4,
                role_name: "Laptop Owner",
            }],
        }
    }

    #[test]
    fn everything_as_json() {
        is_json(
            &user_list(Format::Json, Level::Managers, &[jsmith()]),
            200,
            r#"{"users":[{"userEntity":{"_type_":13,"userId":2,"userName":"jsmith","userGUID":"9A1B…"},"email":"jsmith@example.com","UPN":"jsmith@example.com","fullName":"John Smith","description":"","enableUser":true,"lastLogIntime":1760000000,"loggedInMode":1,"idleTime":0,"agePasswordDays":0,"numDevices":0,"enforceFSQuota":false,"quotaLimitInGB":0,"inheritGroupQuotaSettings":true,"enforceEdgeDriveQuota":false,"edgeDriveQuotaLimitInGB":0,"inheritGroupEdgeDriveQuotaSettings":true,"apiQuota":{"APILimit":0,"APItimeFrame":0},"LinkedCommvaultUser":{},"associatedUserGroups":[{"userGroupId":22,"userGroupName":"Ops"}],"associatedExternalUserGroups":[],"securityAssociations":{"associations":[{"entities":{"entity":[{"_type_":3,"clientId":7,"clientName":"lap7"}]},"properties":{"role":{"roleId":4,"roleName":"Laptop Owner"}}}]}}]}"#,
        );
    }

    /// The sample shortens the user; what it shows must be there, in its order.
    #[test]
    fn everything_as_xml() {
        let reply = user_list(Format::Xml, Level::Managers, &[jsmith()]);
        let mut rest = reply.body.as_str();
        for part in [
            DECLARATION,
            r#"<App_GetUserPropertiesResponse><users email="jsmith@example.com" UPN="jsmith@example.com" fullName="John Smith" description="" enableUser="true" lastLogIntime="1760000000""#,
            r#"><userEntity _type_="13" userId="2" userName="jsmith" userGUID="9A1B…"/>"#,
            r#"<associatedUserGroups userGroupId="22" userGroupName="Ops"/>"#,
            "</users></App_GetUserPropertiesResponse>",
        ] {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part} is missing in {}", reply.body));
            rest = &rest[at + part.len()..];
        }
        assert_eq!(rest, "");
    }

    #[test]
    fn each_level_holds_the_ones_above() {
        let keys = |level| {
            let json = json_of(&user_list(Format::Json, level, &[jsmith()]));
            json["users"][0].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(keys(Level::List), ["userEntity", "email", "UPN", "fullName", "enableUser"]);
        let mut shorter = keys(Level::List);
        for (level, adds) in [
            (Level::Basic, "description"),
            (Level::Quota, "apiQuota"),
            (Level::Associations, "securityAssociations"),
        ] {
            let longer = keys(level);
            assert!(!shorter.iter().any(|key| key == adds) && longer.iter().any(|key| key == adds));
            assert!(shorter.iter().all(|key| longer.contains(key)), "{level:?}");
            shorter = longer;
        }
        assert_eq!(shorter, keys(Level::Managers));
    }

    #[test]
    fn nobody() {
        is_json(&user_list(Format::Json, Level::List, &[]), 200, r#"{"users":[]}"#);
        is_xml(&user_list(Format::Xml, Level::List, &[]), "<App_GetUserPropertiesResponse/>");
        is_json(
            &user_read_failed(Format::Json, Code::Failure, "User 99 not found"),
            200,
            r#"{"errorCode":2,"errorMessage":"User 99 not found"}"#,
        );
        is_xml(
            &user_read_failed(Format::Xml, Code::Failure, "User 99 not found"),
            r#"<App_GetUserPropertiesResponse errorCode="2" errorMessage="User 99 not found"/>"#,
        );
    }
}
