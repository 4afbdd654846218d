//! What a client sends to sign in, in every form seen.

use domain::Error;
use secrecy::SecretString;

use super::body::Node;
use super::secret;

/// The root key that very old clients wrap a JSON login in.
const OLD_ROOT: &str = "DM2ContentIndexing_CheckCredentialReq";

#[derive(Debug)]
pub struct Login {
    /// With its domain, where one is sent beside it.
    pub user_name: String,
    pub password: SecretString,
    /// Needed to renew the session later.
    pub device_id: Option<String>,
    /// How long the session may idle; may only shorten what the server allows.
    pub timeout_minutes: Option<i64>,
}

impl Login {
    /// An undecodable password is a wrong one: the answer must not tell them apart.
    pub fn parse(body: &Node) -> Result<Self, Error> {
        let body = body.child(OLD_ROOT)?.unwrap_or(body);
        let user_name = body.text("username")?.ok_or(Error::BadPassword)?;
        let user_name = match body.text("domain")? {
            Some(domain) => format!("{domain}\\{user_name}"),
            None => user_name.to_owned(),
        };
        Ok(Self {
            user_name,
            password: secret::decode(body.text("password")?.unwrap_or_default()).ok_or(Error::BadPassword)?,
            device_id: body.text("deviceId")?.map(str::to_owned),
            timeout_minutes: body.number("timeout")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::faces::commvault::body;

    fn parse(text: &str) -> Result<Login, Error> {
        Login::parse(&body::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn every_client_signs_in() {
        for text in [
            r#"{"mode":4,"username":"admin","password":"c2VjcsOpdA==","deviceId":"pc.example.com","clientType":30}"#,
            r#"{"mode":4,"username":"admin","password":"c2VjcsOpdA=="}"#,
            r#"{"password":"c2VjcsOpdA","username":"admin"}"#,
            r#"{"mode":5,"username":"admin","password":"c2VjcsOpdA=="}"#,
            r#"<DM2ContentIndexing_CheckCredentialReq username="admin" password="c2VjcsOpdA==" timeOut="10000"/>"#,
            r#"<DM2ContentIndexing_CheckCredentialReq mode="Webconsole" username="admin" password="c2VjcsOpdA==" domain="" />"#,
            r#"{"DM2ContentIndexing_CheckCredentialReq":{"@mode":"Webconsole","@username":"admin","@password":"c2VjcsOpdA=="}}"#,
        ] {
            let login = parse(text).unwrap();
            assert_eq!(login.user_name, "admin", "{text}");
            assert_eq!(login.password.expose_secret(), "secrét", "{text}");
        }
    }

    #[test]
    fn the_optional_fields() {
        let login =
            parse(r#"{"username":"kim","domain":"corp","password":"eA==","deviceId":"d","timeout":5}"#)
                .unwrap();
        assert_eq!(login.user_name, "corp\\kim");
        assert_eq!(login.device_id.as_deref(), Some("d"));
        assert_eq!(login.timeout_minutes, Some(5));
        let bare = parse(r#"{"username":"kim","password":"","deviceId":"","timeout":""}"#).unwrap();
        assert_eq!((bare.password.expose_secret(), bare.device_id, bare.timeout_minutes), ("", None, None));
    }

    #[test]
    fn unusable_credentials_look_like_wrong_ones() {
        for text in [
            "",
            "{}",
            r#"{"username":"","password":"eA=="}"#,
            r#"{"username":"kim","password":"not base64!"}"#,
            r#"{"username":"kim","password":"/w=="}"#,
        ] {
            assert_eq!(parse(text).unwrap_err(), Error::BadPassword, "{text}");
        }
        assert!(parse(r#"{"username":"kim","password":"eA==","timeout":"soon"}"#).is_err());
    }

    #[test]
    fn a_password_is_never_shown() {
        let login = parse(r#"{"username":"kim","password":"c2VjcmV0"}"#).unwrap();
        assert!(!format!("{login:?}").contains("secret"));
    }
}
