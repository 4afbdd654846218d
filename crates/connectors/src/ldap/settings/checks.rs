//! What is wrong with settings, by the name of the field.

use ldap3::parse_filter;
use url::Url;

use super::{Bind, Settings};
use crate::ldap::profile::Profile;
use crate::{SettingsError, secret};

/// Most attributes in a list of them.
const MAX_ATTRIBUTES: usize = 16;
/// Most subtrees in `protected`: each is asked for before every change.
const MAX_PROTECTED: usize = 16;
/// Longest distinguished name, filter, value.
const MAX_TEXT_CHARS: usize = 1_000;

impl Settings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        self.check_address()?;
        self.check_bind()?;
        self.check_texts()?;
        self.check_filters()?;
        self.check_lists()?;
        if self.profile == Profile::Custom && self.lock.is_none() {
            return Err(SettingsError::new("lock", "the profile custom needs one"));
        }
        if self.profile == Profile::ActiveDirectory && self.lock.is_some() {
            let message = "the profile active_directory locks by userAccountControl";
            return Err(SettingsError::new("lock", message));
        }
        self.connection.check()
    }

    fn check_address(&self) -> Result<(), SettingsError> {
        let bad = |message: &str| Err(SettingsError::new("url", message));
        let Ok(url) = Url::parse(&self.url) else {
            return bad("must be ldap://HOST or ldaps://HOST, with a port if it is another than usual");
        };
        if !matches!(url.scheme(), "ldap" | "ldaps") {
            return bad("must begin with ldap:// or ldaps://");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return bad("names no host");
        }
        let more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
        if more || !url.username().is_empty() || url.password().is_some() {
            return bad("must be a host and a port only");
        }
        if self.start_tls && url.scheme() == "ldaps" {
            return Err(SettingsError::new("start_tls", "ldaps:// is TLS from the first byte"));
        }
        Ok(())
    }

    fn check_bind(&self) -> Result<(), SettingsError> {
        let bad = |field: &str, message: &str| Err(SettingsError::new(field, message));
        let encrypted = self.start_tls || self.url.starts_with("ldaps:");
        match &self.bind {
            Bind { dn: None, password: None, external: true } => {
                if self.connection.client_certificate.is_none() {
                    return bad("bind.external", "needs connection.client_certificate and its key");
                }
                if !encrypted {
                    return bad("bind.external", "needs ldaps:// or start_tls");
                }
                Ok(())
            }
            Bind { external: true, .. } => bad("bind", "external comes without dn and password"),
            Bind { dn: Some(dn), password: Some(password), .. } if !dn.trim().is_empty() => {
                if !encrypted && !self.plaintext {
                    return bad(
                        "url",
                        "the password would cross the network readable: ldaps:// or start_tls",
                    );
                }
                secret::check("bind.password", password)
            }
            // Without a password a server takes us for nobody, and says that it went well.
            _ => bad("bind", "must be a dn and a password, or external"),
        }
    }

    fn check_texts(&self) -> Result<(), SettingsError> {
        // Not the name that we sign in with: Active Directory takes other forms as well.
        let named = [("user_base", &self.user_base), ("leavers_ou", &self.leavers_ou)];
        let texts = named.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        let protected = self.protected.iter().map(|dn| ("protected", dn.as_str()));
        for (field, dn) in texts.chain([("base", self.base.as_str())]).chain(protected) {
            if !dn.contains('=') || dn.chars().count() > MAX_TEXT_CHARS {
                let message = format!("must be a distinguished name of at most {MAX_TEXT_CHARS} characters");
                return Err(SettingsError::new(field, message));
            }
        }
        let lock = self.lock.iter().flat_map(|lock| [Some(&lock.disabled), lock.enabled.as_ref()]);
        if lock.flatten().any(|value| value.is_empty() || value.chars().count() > MAX_TEXT_CHARS) {
            return Err(SettingsError::new(
                "lock",
                format!("values must be 1 to {MAX_TEXT_CHARS} characters"),
            ));
        }
        Ok(())
    }

    fn check_filters(&self) -> Result<(), SettingsError> {
        for (field, filter) in
            [("user_filter", &self.user_filter), ("protected_filter", &self.protected_filter)]
        {
            let Some(filter) = filter else { continue };
            // In parentheses, because it becomes a part of others.
            let whole = filter.starts_with('(') && filter.chars().count() <= MAX_TEXT_CHARS;
            if !whole || parse_filter(filter).is_err() {
                return Err(SettingsError::new(field, "must be one filter in parentheses"));
            }
        }
        Ok(())
    }

    fn check_lists(&self) -> Result<(), SettingsError> {
        for (field, list) in [("group_attributes", &self.group_attributes), ("references", &self.references)]
        {
            if list.as_ref().is_some_and(|list| list.len() > MAX_ATTRIBUTES) {
                let message = format!("must not hold more than {MAX_ATTRIBUTES} attributes");
                return Err(SettingsError::new(field, message));
            }
        }
        if self.protected.len() > MAX_PROTECTED {
            let message = format!("must not hold more than {MAX_PROTECTED} subtrees");
            return Err(SettingsError::new("protected", message));
        }
        for (field, attribute) in self.named_attributes() {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            if attribute.is_empty() || attribute.len() > 100 || !attribute.chars().all(plain) {
                return Err(SettingsError::new(field, "must be names of attributes"));
            }
        }
        Ok(())
    }

    fn named_attributes(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let single = [
            ("id_attribute", self.id_attribute.as_ref()),
            ("attributes.user_name", self.attributes.user_name.as_ref()),
            ("attributes.email", self.attributes.email.as_ref()),
            ("attributes.external_id", self.attributes.external_id.as_ref()),
            ("former_ou_attribute", self.former_ou_attribute.as_ref()),
            ("lock.attribute", self.lock.as_ref().map(|lock| &lock.attribute)),
        ];
        let lists = [("group_attributes", &self.group_attributes), ("references", &self.references)];
        let listed =
            lists.into_iter().flat_map(|(field, list)| list.iter().flatten().map(move |a| (field, a)));
        single.into_iter().filter_map(|(field, attribute)| Some((field, attribute?))).chain(listed)
    }
}
