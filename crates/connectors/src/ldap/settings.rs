//! What the `ldap` kind is told: where the directory is, who we are there, and how its entries are read and changed.

use domain::{Action, Capabilities, Support};
use ldap3::parse_filter;
use serde::Deserialize;
use url::Url;

use super::profile::{Defaults, Profile};
use crate::outbound::Connection;
use crate::{SettingsError, secret, settings};

/// Most attributes in a list of them.
const MAX_ATTRIBUTES: usize = 16;
/// Most subtrees in `protected`: each is asked for before every change.
const MAX_PROTECTED: usize = 16;
/// Longest distinguished name, filter, value.
const MAX_TEXT_CHARS: usize = 1_000;

/// As written. What is left out is the profile's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub url: String,
    /// `ldap://` only: no operation before TLS.
    pub start_tls: bool,
    /// Lets a password cross the network in the clear.
    pub plaintext: bool,
    pub bind: Bind,
    pub profile: Profile,
    /// Below it everything is looked for: accounts, groups, references.
    pub base: String,
    /// Below it accounts are looked for, where that is less than `base`.
    pub user_base: Option<String>,
    pub user_filter: Option<String>,
    /// What an account is known by, as long as it lives, wherever it is moved to.
    pub id_attribute: Option<String>,
    pub attributes: Fields,
    pub lock: Option<Lock>,
    /// Where whoever is disabled is moved to.
    pub leavers_ou: Option<String>,
    /// The attribute of an entry that keeps where it was before.
    pub former_ou_attribute: Option<String>,
    pub group_attributes: Option<Vec<String>>,
    pub leave_groups: Option<LeaveGroups>,
    /// Attributes of other entries that name the account's entry, and are handed to the successor.
    pub references: Option<Vec<String>>,
    /// Whether entries below that of the account go with it.
    pub delete_children: bool,
    /// Subtrees in which nothing is changed.
    pub protected: Vec<String>,
    /// Entries that fit are not changed.
    pub protected_filter: Option<String>,
    pub connection: Connection,
}

/// Who we are there: a name and a password, or our certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bind {
    pub dn: Option<String>,
    pub password: Option<String>,
    /// SASL EXTERNAL: we are who the certificate of the connection says.
    pub external: bool,
}

/// The attributes that hold what accounts are matched by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fields {
    pub user_name: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
}

/// An attribute that says by its value that nobody may sign in with the entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub attribute: String,
    pub disabled: String,
    /// What it is else; none where the attribute is then missing.
    pub enabled: Option<String>,
}

/// When an entry is taken out of its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveGroups {
    /// With the cut; a restoration does not bring them back.
    OnDisable,
    OnDelete,
    /// The server does so by itself when the entry goes.
    Never,
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        settings.check()?;
        Ok(settings)
    }

    pub fn capabilities(&self) -> Capabilities {
        let references = self.references.as_ref().is_none_or(|references| !references.is_empty());
        let sessions = match self.profile {
            // Tickets that were handed out live on, and only a person can tell for which services.
            Profile::ActiveDirectory => Support::ByHand,
            _ => Support::Nothing,
        };
        Capabilities::FULL
            .with(Action::EndSessions, sessions)
            .with(Action::Release, Support::Nothing)
            .with(Action::Transfer, if references { Support::Able } else { Support::Nothing })
    }

    fn check(&self) -> Result<(), SettingsError> {
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
        let named =
            [("bind.dn", &self.bind.dn), ("user_base", &self.user_base), ("leavers_ou", &self.leavers_ou)];
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

    /// The settings with the profile's defaults in place of what was left out.
    pub(super) fn resolved(self) -> Resolved {
        let Defaults { lock, leave_groups, former_ou_attribute, .. } = self.profile.defaults();
        let defaults = self.profile.defaults();
        let or = |given: Option<String>, default: &str| given.unwrap_or_else(|| default.to_owned());
        let list = |given: Option<Vec<String>>, default: &[&str]| {
            given.unwrap_or_else(|| default.iter().map(|name| (*name).to_owned()).collect())
        };
        Resolved {
            user_base: self.user_base.unwrap_or_else(|| self.base.clone()),
            base: self.base,
            user_filter: or(self.user_filter, defaults.user_filter),
            id_attribute: or(self.id_attribute, defaults.id_attribute),
            user_name: or(self.attributes.user_name, defaults.user_name),
            email: or(self.attributes.email, defaults.email),
            external_id: or(self.attributes.external_id, defaults.external_id),
            lock: self.lock.or(lock),
            leavers_ou: self.leavers_ou,
            former_ou_attribute: self.former_ou_attribute.or(former_ou_attribute.map(str::to_owned)),
            group_attributes: list(self.group_attributes, defaults.group_attributes),
            leave_groups: self.leave_groups.unwrap_or(leave_groups),
            references: list(self.references, defaults.references),
            delete_children: self.delete_children,
            protected: self.protected,
            protected_filter: self.protected_filter.or(defaults.protected_filter.map(str::to_owned)),
            profile: self.profile,
        }
    }
}

/// What the directory is like, with nothing left open.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) profile: Profile,
    pub(super) base: String,
    pub(super) user_base: String,
    pub(super) user_filter: String,
    pub(super) id_attribute: String,
    pub(super) user_name: String,
    pub(super) email: String,
    pub(super) external_id: String,
    /// None: the second bit of `userAccountControl`.
    pub(super) lock: Option<Lock>,
    pub(super) leavers_ou: Option<String>,
    pub(super) former_ou_attribute: Option<String>,
    pub(super) group_attributes: Vec<String>,
    pub(super) leave_groups: LeaveGroups,
    pub(super) references: Vec<String>,
    pub(super) delete_children: bool,
    pub(super) protected: Vec<String>,
    pub(super) protected_filter: Option<String>,
}
