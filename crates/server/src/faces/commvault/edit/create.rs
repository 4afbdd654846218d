//! `POST User` and `POST V4/user`: who is to be created.

use domain::Error;
use secrecy::SecretString;

use super::{groups, nothing_to_enforce, owned, password, principal_name};
use crate::app::NewUser;
use crate::faces::commvault::body::Node;

/// The vendor's name for the company of those who are in none: here everybody is in the caller's tenant.
const NO_COMPANY: &str = "Commcell";

/// v2: one user, in JSON or XML, with attributes or elements.
pub(crate) fn new_user(body: &Node) -> Result<NewUser, Error> {
    const ENABLED: &str = "enableUser";
    let mut sent = body.all("users");
    let sent = match (sent.next(), sent.next()) {
        (Some(one), None) => one,
        (None, _) => return Err(Error::invalid("users", "must be given")),
        (Some(_), Some(_)) => return Err(Error::invalid("users", "must hold exactly one user")),
    };
    nothing_to_enforce(sent)?;
    if sent.flag(ENABLED)? == Some(false) {
        return Err(Error::invalid(ENABLED, "must not be false: create the user, then disable it"));
    }
    let name = match sent.child("userEntity")? {
        Some(entity) => entity.text("userName")?,
        None => None,
    };
    let name = name.ok_or_else(|| Error::invalid("userName", "must be given"))?;
    let new = NewUser {
        email: owned(sent, "email")?.unwrap_or_default(),
        full_name: owned(sent, "fullName")?.unwrap_or_default(),
        description: owned(sent, "description")?.unwrap_or_default(),
        password: first_password(sent, "systemGeneratePassword")?,
        groups: groups::of_new(sent, &groups::V2)?,
        ..NewUser::named(name)
    };
    principal_name(sent, "UPN", &new.email)?;
    Ok(new)
}

/// v4: any number of users.
pub(crate) fn new_users(body: &Node) -> Result<Vec<NewUser>, Error> {
    let new: Vec<NewUser> = body.all("users").map(of_v4).collect::<Result<_, _>>()?;
    if new.is_empty() { Err(Error::invalid("users", "must be given")) } else { Ok(new) }
}

/// Who has no name is called by the email address, as the vendor's users may sign in by it.
fn of_v4(sent: &Node) -> Result<NewUser, Error> {
    own_company(sent)?;
    nothing_to_promise(sent)?;
    let email = owned(sent, "email")?.unwrap_or_default();
    let name = owned(sent, "name")?.unwrap_or_else(|| email.clone());
    if name.is_empty() {
        return Err(Error::invalid("name", "must be given, or email"));
    }
    principal_name(sent, "userPrincipalName", &email)?;
    Ok(NewUser {
        email,
        full_name: owned(sent, "fullName")?.unwrap_or_default(),
        password: first_password(sent, "useSystemGeneratePassword")?,
        groups: groups::of_new(sent, &groups::V4)?,
        ..NewUser::named(name)
    })
}

/// Nobody is told a password that the system made up, so none is made.
fn first_password(sent: &Node, generated: &'static str) -> Result<Option<SecretString>, Error> {
    let password = password(sent, "password")?;
    if password.is_some() && sent.flag(generated)? == Some(true) {
        return Err(Error::invalid(generated, "must not be true where a password is given"));
    }
    Ok(password)
}

fn own_company(sent: &Node) -> Result<(), Error> {
    const FIELD: &str = "company";
    let Some(company) = sent.child(FIELD)? else { return Ok(()) };
    let other_id = company.number("id")?.is_some_and(|id| id != 0);
    let other_name = company.text("name")?.is_some_and(|name| !name.eq_ignore_ascii_case(NO_COMPANY));
    if other_id || other_name {
        return Err(Error::invalid(FIELD, "must be yours: sign in to the other one to create users there"));
    }
    Ok(())
}

/// Nobody is invited by email from here, and everybody signs in here: a client would wait for either.
fn nothing_to_promise(sent: &Node) -> Result<(), Error> {
    const INVITE: &str = "inviteUser";
    const PROVIDER: &str = "externalProviderId";
    if sent.flag(INVITE)? == Some(true) {
        return Err(Error::invalid(INVITE, "must not be true: no invitation is sent"));
    }
    match sent.number(PROVIDER)? {
        None | Some(0) => Ok(()),
        Some(_) => {
            Err(Error::invalid(PROVIDER, "must be 0: users of other directories are not created here"))
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::app::GroupRef;
    use crate::faces::commvault::body;

    fn parsed(body: &str) -> Node {
        body::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn one_user_in_every_form() {
        for body in [
            r#"{"users":[{"password":"cGFzc3dvcmQ=","email":"n@x","UPN":"n@x","fullName":"New","systemGeneratePassword":false,"userEntity":{"userName":"company\\new"},"securityAssociations":{},"associatedUserGroups":[{"userGroupName":"Ops"}]}]}"#,
            r"<AppCreateUserRequest><users><userEntity><userName>company\new</userName></userEntity><enableUser></enableUser><agePasswordDays></agePasswordDays><email>n@x</email><password>cGFzc3dvcmQ=</password><fullName>New</fullName><description></description><associatedUserGroups><userGroupName>Ops</userGroupName></associatedUserGroups></users></AppCreateUserRequest>",
            r#"<App_CreateUserRequest><users email="n@x" fullName="New" password="cGFzc3dvcmQ="><userEntity userName="company\new"/><associatedUserGroups userGroupName="Ops"/></users></App_CreateUserRequest>"#,
        ] {
            let new = new_user(&parsed(body)).unwrap();
            let texts = (new.user_name.as_str(), new.email.as_str(), new.full_name.as_str());
            assert_eq!(texts, ("company\\new", "n@x", "New"), "{body}");
            assert_eq!(new.password.unwrap().expose_secret(), "password", "{body}");
            assert_eq!(new.groups, [GroupRef::Name("Ops".to_owned())], "{body}");
        }
        let generated = r#"{"users":[{"password":"","email":"n@x","UPN":"n@x","fullName":null,"systemGeneratePassword":true,"userEntity":{"userName":"new"},"securityAssociations":{},"associatedUserGroups":[{}]}]}"#;
        let new = new_user(&parsed(generated)).unwrap();
        assert!(new.password.is_none() && new.groups.is_empty() && new.full_name.is_empty());
    }

    #[test]
    fn several_users_of_v4() {
        let body = r#"{"users":[{"password":"cGFzc3dvcmQ=","email":"a@x","userPrincipalName":"a@x","fullName":"A","useSystemGeneratePassword":false,"name":"a","userGroups":[{"id":22},{"name":"Ops"}]},{"email":"b@x","company":{"id":0,"name":"Commcell"},"plan":{"id":4},"inviteUser":false,"useSystemGeneratePassword":true,"externalProviderId":0}]}"#;
        let new = new_users(&parsed(body)).unwrap();
        assert_eq!(new.iter().map(|new| new.user_name.as_str()).collect::<Vec<_>>(), ["a", "b@x"]);
        assert!(new[0].password.is_some() && new[1].password.is_none());
        assert_eq!(new[0].groups, [GroupRef::Id(domain::GroupId(22)), GroupRef::Name("Ops".to_owned())]);
    }

    #[test]
    fn what_would_mislead_is_refused() {
        for (body, field) in [
            (r#"{"users":[]}"#, "users"),
            (r#"{"users":[{"userEntity":{"userName":"n"}},{"userEntity":{"userName":"m"}}]}"#, "users"),
            (r#"{"users":[{"email":"n@x"}]}"#, "userName"),
            (r#"{"users":[{"userEntity":{"userName":"n"},"enableUser":false}]}"#, "enableUser"),
            (r#"{"users":[{"userEntity":{"userName":"n"},"password":"%"}]}"#, "password"),
            (
                r#"{"users":[{"userEntity":{"userName":"n"},"password":"cGFzc3dvcmQ=","systemGeneratePassword":true}]}"#,
                "systemGeneratePassword",
            ),
            (r#"{"users":[{"userEntity":{"userName":"n"},"email":"n@x","UPN":"m@x"}]}"#, "UPN"),
            (r#"{"users":[{"userEntity":{"userName":"n"},"agePasswordDays":30}]}"#, "agePasswordDays"),
            (
                r#"{"users":[{"userEntity":{"userName":"n"},"securityAssociations":{"associationsOperationType":"ADD","associations":[{"properties":{"role":{"roleName":"r"}}}]}}]}"#,
                "securityAssociations",
            ),
        ] {
            let error = new_user(&parsed(body)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{body}: {error}");
        }
        for (body, field) in [
            ("{}", "users"),
            (r#"{"users":[{"fullName":"N"}]}"#, "name"),
            (r#"{"users":[{"name":"n","company":{"id":7}}]}"#, "company"),
            (r#"{"users":[{"name":"n","inviteUser":true}]}"#, "inviteUser"),
            (r#"{"users":[{"name":"n","externalProviderId":3}]}"#, "externalProviderId"),
            (r#"{"users":[{"name":"n"},{"name":"m","company":{"name":"Acme"}}]}"#, "company"),
            (
                r#"{"users":[{"name":"n","password":"cGFzc3dvcmQ=","useSystemGeneratePassword":true}]}"#,
                "useSystemGeneratePassword",
            ),
        ] {
            let error = new_users(&parsed(body)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{body}: {error}");
        }
    }
}
