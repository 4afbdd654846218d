//! `POST User/{id}` and `PUT V4/user/{id}`: what is to become different.

use domain::{Error, NameKey, User};

use super::{Edit, groups, nothing_to_enforce, owned, password, principal_name};
use crate::app::{NewName, UserChange};
use crate::faces::commvault::body::Node;

/// How users sign in here, as the answers of this face call it.
const LOCAL: &str = "Commcell";

/// v2: the one member of `users`, in JSON or XML.
pub(crate) fn update(body: &Node, user: &User) -> Result<Edit, Error> {
    const RESET: &str = "systemGeneratePassword";
    let sent = body.child("users")?.ok_or_else(|| Error::invalid("users", "must be given"))?;
    nothing_to_enforce(sent)?;
    if sent.flag(RESET)? == Some(true) {
        return Err(Error::invalid(RESET, "cannot be done here: send the new password"));
    }
    let change = UserChange {
        user_name: renamed(new_name(sent, user)?, user),
        email: owned(sent, "email")?,
        full_name: owned(sent, "fullName")?,
        description: owned(sent, "description")?,
        groups: groups::change(sent, &groups::V2)?,
        enabled: sent.flag("enableUser")?,
        ..UserChange::default()
    };
    principal_name(sent, "UPN", change.email.as_ref().unwrap_or(&user.email))?;
    let proof = match sent.child("validationParameters")? {
        Some(proof) => password(proof, "password")?,
        None => None,
    };
    Ok(Edit { change: some(change), password: password(sent, "password")?, proof })
}

/// v4: the body itself.
pub(crate) fn update_v4(sent: &Node, user: &User) -> Result<Edit, Error> {
    const METHOD: &str = "authenticationMethod";
    if sent.text(METHOD)?.is_some_and(|method| !method.eq_ignore_ascii_case(LOCAL)) {
        return Err(Error::invalid(METHOD, format!("must be {LOCAL}: users sign in here and nowhere else")));
    }
    let change = UserChange {
        user_name: renamed(owned(sent, "newName")?, user),
        email: owned(sent, "email")?,
        full_name: owned(sent, "fullName")?,
        description: owned(sent, "description")?,
        groups: groups::change(sent, &groups::V4)?,
        enabled: sent.flag("enabled")?,
        ..UserChange::default()
    };
    principal_name(sent, "userPrincipalName", change.email.as_ref().unwrap_or(&user.email))?;
    let (password, proof) = (password(sent, "newPassword")?, password(sent, "validationPassword")?);
    Ok(Edit { change: some(change), password, proof })
}

/// cvpysdk sends the lower-cased name with every change: that is no rename, and asks for no right to rename.
fn renamed(new: Option<String>, user: &User) -> Option<NewName> {
    new.filter(|new| NameKey::new(new) != NameKey::new(&user.user_name)).map(NewName::Exactly)
}

fn some(change: UserChange) -> Option<UserChange> {
    (!change.is_nothing()).then_some(change)
}

/// cvpysdk renames by `userName` alone. Terraform sends it beside the id, as the name that the user began with,
/// and as `newName` repeats the full name where no new name is set.
fn new_name(sent: &Node, user: &User) -> Result<Option<String>, Error> {
    let Some(entity) = sent.child("userEntity")? else { return Ok(None) };
    let id = entity.number("userId")?.filter(|&id| id != 0);
    if id.is_some_and(|id| id != user.id.0) {
        return Err(Error::invalid("userId", format!("is not the id of user {}", user.user_name)));
    }
    let (named, new) = (entity.text("userName")?, entity.text("newName")?);
    if id.is_none() && new.is_none() {
        return Ok(named.map(str::to_owned));
    }
    let is_theirs = |name: &str| NameKey::new(name) == NameKey::new(&user.user_name);
    if !named.is_none_or(is_theirs) && !new.is_some_and(is_theirs) {
        return Err(Error::invalid("userName", format!("is not the name of user {}", user.id)));
    }
    let full_name = sent.text("fullName")?;
    Ok(new.filter(|new| full_name != Some(new)).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::faces::commvault::body;

    fn jsmith() -> User {
        User {
            id: domain::UserId(4),
            guid: String::new(),
            user_name: "company\\jsmith".to_owned(),
            email: "j@example.com".to_owned(),
            full_name: "John Smith".to_owned(),
            description: String::new(),
            state: domain::UserState::Active,
            role: domain::Role::None,
            protected: false,
            manager: None,
            external_id: None,
            notice: None,
            created_ms: 0,
            modified_ms: 0,
            hidden: false,
            last_sign_in_ms: None,
        }
    }

    fn v2(body: &str) -> Result<Edit, Error> {
        update(&body::parse(body.as_bytes()).unwrap(), &jsmith())
    }

    fn v4(body: &str) -> Result<Edit, Error> {
        update_v4(&body::parse(body.as_bytes()).unwrap(), &jsmith())
    }

    #[track_caller]
    fn renames(edit: Result<Edit, Error>, expected: Option<&str>) {
        let change = edit.unwrap().change;
        let expected = expected.map(|name| NewName::Exactly(name.to_owned()));
        assert_eq!(change.and_then(|change| change.user_name), expected);
    }

    #[test]
    fn a_name_that_is_the_same_is_no_rename() {
        for name in ["company\\\\jsmith", "COMPANY/JSmith", ""] {
            renames(v4(&format!(r#"{{"newName":"{name}","enabled":false}}"#)), None);
            renames(v2(&format!(r#"{{"users":[{{"userEntity":{{"userName":"{name}"}}}}]}}"#)), None);
        }
        renames(v4(r#"{"newName":"jdoe"}"#), Some("jdoe"));
        renames(v2(r#"{"users":[{"userEntity":{"userName":"jdoe"}}]}"#), Some("jdoe"));
    }

    #[test]
    fn terraforms_names() {
        let sent = |full: &str, new: &str, named: &str| {
            v2(&format!(
                r#"<AppUpdateUserPropertiesRequest><users associatedUserGroupsOperationType="" email="j@example.com" systemGeneratePassword="" associatedExternalUserGroupsOperationType="" fullName="{full}" enableUser=""><userEntity _type_="" newName="{new}" userGUID="" userName="{named}" userId="4"></userEntity></users></AppUpdateUserPropertiesRequest>"#
            ))
        };
        renames(sent("John Smith", "John Smith", "company\\jsmith"), None);
        renames(sent("", "", "company/jsmith"), None);
        renames(sent("John Smith", "jdoe", "company\\jsmith"), Some("jdoe"));
        // The rename was made before; Terraform still knows the name that the user began with.
        renames(sent("John Smith", "company\\jsmith", "jdoe"), None);
        let error = sent("John Smith", "", "kjones").unwrap_err();
        assert_eq!(error.to_string(), "userName: is not the name of user 4");
        let edit = sent("", "", "company\\jsmith").unwrap().change.unwrap();
        assert_eq!(
            (edit.email.as_deref(), edit.full_name, edit.enabled),
            (Some("j@example.com"), None, None)
        );
    }

    #[test]
    fn passwords_come_with_a_proof_and_alone() {
        for edit in [
            v4(
                r#"{"newName":"company\\jsmith","newPassword":"bmV3IHBhc3N3b3Jk","validationPassword":"b2xk"}"#,
            ),
            v2(
                r#"{"users":[{"userEntity":{"userName":"company\\jsmith"},"password":"bmV3IHBhc3N3b3Jk","validationParameters":{"password":"b2xk","passwordOperationType":2}}]}"#,
            ),
        ] {
            let Edit { change, password, proof } = edit.unwrap();
            assert!(change.is_none());
            assert_eq!(password.unwrap().expose_secret(), "new password");
            assert_eq!(proof.unwrap().expose_secret(), "old");
        }
        let error = v4(r#"{"newPassword":"p!"}"#).unwrap_err().to_string();
        assert_eq!(error, "newPassword: must be Base64 of UTF-8");
    }

    #[test]
    fn what_would_mislead_is_refused() {
        for (body, field) in [
            (r#"{"users":[]}"#, "users"),
            (r#"{"users":[{"email":"a"},{"email":"b"}]}"#, "users"),
            (r#"{"users":[{"userEntity":{"userId":5}}]}"#, "userId"),
            (r#"{"users":[{"UPN":"x@example.com"}]}"#, "UPN"),
            (r#"{"users":[{"agePasswordDays":90}]}"#, "agePasswordDays"),
            (r#"{"users":[{"systemGeneratePassword":true}]}"#, "systemGeneratePassword"),
            (
                r#"{"users":[{"associatedExternalUserGroups":[{"externalGroupName":"x"}]}]}"#,
                "associatedExternalUserGroups",
            ),
            (
                r#"{"users":[{"securityAssociations":{"associationsOperationType":1,"associations":{}}}]}"#,
                "securityAssociations",
            ),
            (
                r#"{"users":[{"securityAssociations":{"associations":[{"entities":{}, "properties":{"role":{"roleName":"r"}}}]}}]}"#,
                "securityAssociations",
            ),
            (r#"{"users":[{"enableUser":"perhaps"}]}"#, "enableUser"),
        ] {
            let error = v2(body).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{body}: {error}");
        }
        for (body, field) in [
            (r#"{"userPrincipalName":"x@example.com"}"#, "userPrincipalName"),
            (r#"{"email":"new@example.com","userPrincipalName":"j@example.com"}"#, "userPrincipalName"),
            (r#"{"authenticationMethod":"SAML"}"#, "authenticationMethod"),
            (r#"{"enabled":"perhaps"}"#, "enabled"),
        ] {
            let error = v4(body).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{body}: {error}");
        }
    }

    #[test]
    fn what_misleads_nobody_is_left_aside() {
        let quota = r#"{"users":[{"email":"j@example.com","UPN":"J@example.com","enforceFSQuota":true,"quotaLimitInGB":100,"agePasswordDays":0,"securityAssociations":{"associations":[]},"associatedUserGroups":[{}]}]}"#;
        let change = v2(quota).unwrap().change.unwrap();
        assert!(change.groups.is_none() && change.email.is_some());
        let plan = r#"{"plan":{"id":3,"name":"Gold"},"authenticationMethod":"Commcell","email":"n@example.com","userPrincipalName":"n@example.com"}"#;
        assert_eq!(v4(plan).unwrap().change.unwrap().email.as_deref(), Some("n@example.com"));
        assert!(v4(r#"{"plan":{"id":3}}"#).unwrap().change.is_none());
    }
}
