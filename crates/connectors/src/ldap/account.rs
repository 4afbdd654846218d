//! Which entry is the account: found by an id that stays as it is when the entry moves.

use std::fmt::Write;

use domain::RemoteAccount;
use domain::correlation::Theirs;
use ldap3::{Scope, ldap_escape};

use super::Directory;
use super::operations::{ANYTHING, Entry, NO_ATTRIBUTES, Query};
use super::said::{NO_SUCH_OBJECT, SIZE_LIMIT_EXCEEDED, Setback};
use crate::Failure;

/// Most entries that one value may fit before they are too many to choose from.
const MAX_FOUND: usize = 20;
/// Ids that are 16 bytes, and hexadecimal in Exeunt.
const BINARY_ID: &str = "objectGUID";
/// Ids that have dashes in them.
const UUID_ID: &str = "entryUUID";
/// OpenLDAP's, 389 Directory Server's and Active Directory's.
const COUNTS_BELOW: [&str; 3] = ["hasSubordinates", "numSubordinates", "msDS-Approx-Immed-Subordinates"];

/// An account's entry.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) entry: Entry,
    /// Whether it is below the leavers' unit.
    pub(super) moved: bool,
}

impl Account {
    /// As it is called in evidence.
    pub(super) fn named(&self) -> String {
        format!("{} ({})", self.entry.dn, self.id)
    }

    /// That an entry which we have just seen does not exist: somebody moved or deleted it at that moment.
    pub(super) fn changed<T>(&self, result: Result<T, Setback>) -> Result<T, Failure> {
        result.map_err(|setback| match setback {
            Setback::Said(said) if said.code == NO_SUCH_OBJECT => {
                let reason = format!("{} was moved or deleted just now: {}", self.named(), said.text);
                Failure::Busy { reason, after_ms: None }
            }
            other => other.into(),
        })
    }
}

impl Directory {
    /// The entry of an account, wherever it is. `Absent` only where accounts can be seen, and this one is not there:
    /// a wrong base, or rights that are missing, must not look like a departure.
    pub(super) async fn account(&self, id: &str) -> Result<Account, Failure> {
        let filter = self.id_filter(id)?;
        for (place, moved) in self.places() {
            let query = Query::below(place, filter.clone(), &self.wanted());
            let mut found = self.look_below(place, &query).await?;
            if found.len() > 1 {
                let text = format!("{} entries below {place:?} have {filter}", found.len());
                return Err(Failure::Refused(text));
            }
            if let Some(entry) = found.pop() {
                return Ok(Account { id: id.to_owned(), entry, moved });
            }
        }
        self.prove_sight().await?;
        Err(Failure::Absent(format!("no entry below {:?} has {filter}", self.like.user_base)))
    }

    /// The accounts whose `field` is `value`.
    pub(super) async fn accounts_with(
        &self,
        field: Theirs,
        value: &str,
    ) -> Result<Vec<RemoteAccount>, Failure> {
        let fits = match field {
            Theirs::Id => match self.id_filter(value) {
                Ok(filter) => filter,
                // Nobody has an id that cannot be one.
                Err(_) => return Ok(Vec::new()),
            },
            _ => format!("({}={})", self.attribute(field), ldap_escape(value)),
        };
        let filter = format!("(&{}{fits})", self.like.user_filter);
        let mut accounts: Vec<RemoteAccount> = Vec::new();
        for (place, _) in self.places() {
            let query = Query::below(place, filter.clone(), &self.wanted());
            for entry in self.look_below(place, &query).await? {
                let account = self.remote(&entry, Some((field, value)))?;
                if !accounts.iter().any(|known| known.id == account.id) {
                    accounts.push(account);
                }
            }
        }
        if accounts.is_empty() {
            self.prove_sight().await?;
        }
        Ok(accounts)
    }

    /// What an entry tells of its account. Of several values of a field the one that was asked for is told.
    pub(super) fn remote(
        &self,
        entry: &Entry,
        asked: Option<(Theirs, &str)>,
    ) -> Result<RemoteAccount, Failure> {
        let told = |field: Theirs| {
            let mut values = entry.texts(self.attribute(field));
            let asked = asked.filter(|(other, _)| *other == field).map(|(_, value)| value.to_lowercase());
            let same = asked.and_then(|asked| values.clone().find(|value| value.to_lowercase() == asked));
            same.or_else(|| values.next()).map(str::to_owned)
        };
        Ok(RemoteAccount {
            id: self.id_of(entry)?,
            user_name: told(Theirs::UserName).unwrap_or_default(),
            email: told(Theirs::Email),
            external_id: told(Theirs::ExternalId),
            active: self.is_locked(entry).map(|locked| !locked),
        })
    }

    pub(super) fn attribute(&self, field: Theirs) -> &str {
        match field {
            Theirs::Id => &self.like.id_attribute,
            Theirs::UserName => &self.like.user_name,
            Theirs::Email => &self.like.email,
            Theirs::ExternalId => &self.like.external_id,
        }
    }

    /// The attributes that we read of an account; those of the server's own must be named.
    pub(super) fn wanted(&self) -> Vec<&str> {
        let like = &self.like;
        let fields =
            [&*like.id_attribute, &like.user_name, &like.email, &like.external_id, self.lock_attribute()];
        fields.into_iter().chain(like.former_ou_attribute.as_deref()).collect()
    }

    fn id_of(&self, entry: &Entry) -> Result<String, Failure> {
        let attribute = &self.like.id_attribute;
        let id = if self.is_binary() {
            entry.bytes(attribute).map(hexadecimal)
        } else {
            entry.text(attribute).map(str::to_owned)
        };
        // An account without an id could be acted on once and never be found again.
        id.ok_or_else(|| Failure::Refused(format!("{} shows us no {attribute}", entry.dn)))
    }

    /// An id that cannot be one is refused: that nothing is found by it would prove nothing.
    pub(super) fn id_filter(&self, id: &str) -> Result<String, Failure> {
        let attribute = &self.like.id_attribute;
        let of = |length: usize, may: fn(u8) -> bool| id.len() == length && id.bytes().all(may);
        let value = if self.is_binary() {
            of(32, |byte| byte.is_ascii_hexdigit()).then(|| {
                id.as_bytes().chunks(2).flat_map(|pair| ['\\', pair[0].into(), pair[1].into()]).collect()
            })
        } else if attribute.eq_ignore_ascii_case(UUID_ID) {
            of(36, |byte| byte.is_ascii_hexdigit() || byte == b'-').then(|| id.to_owned())
        } else {
            Some(ldap_escape(id).into_owned())
        };
        let value: String =
            value.ok_or_else(|| Failure::Refused(format!("{id:?} has not the form of an {attribute}")))?;
        Ok(format!("({attribute}={value})"))
    }

    fn is_binary(&self) -> bool {
        self.like.id_attribute.eq_ignore_ascii_case(BINARY_ID)
    }

    /// Where accounts may be: the leavers' first, so that it is known which they are.
    fn places(&self) -> impl Iterator<Item = (&str, bool)> {
        let leavers = self.like.leavers_ou.as_deref().map(|unit| (unit, true));
        leavers.into_iter().chain([(self.like.user_base.as_str(), false)])
    }

    /// That `place` is missing says nothing of accounts.
    async fn look_below(&self, place: &str, query: &Query) -> Result<Vec<Entry>, Failure> {
        match self.door.search(query, MAX_FOUND).await {
            Ok(found) => Ok(found),
            Err(Setback::Said(said)) if said.code == NO_SUCH_OBJECT => Err(Failure::Refused(format!(
                "{place:?} does not exist there, or we may not see it: {}",
                said.text
            ))),
            Err(Setback::Said(said)) if said.code == SIZE_LIMIT_EXCEEDED => {
                Err(Failure::Refused(format!("too many entries fit: {}", said.text)))
            }
            Err(setback) => Err(setback.into()),
        }
    }

    /// At least one account must be visible, and the leavers if there are any: else that we see none proves nothing.
    pub(super) async fn prove_sight(&self) -> Result<(), Failure> {
        let (base, filter) = (&self.like.user_base, &self.like.user_filter);
        if !self.door.any(&Query::below(base, filter.clone(), &[NO_ATTRIBUTES])).await? {
            return Err(Failure::Refused(format!(
                "no account at all is to be seen below {base:?} by {filter}, so that nothing can be said of one: \
                 the base may be wrong, or our rights too few"
            )));
        }
        let Some(unit) = &self.like.leavers_ou else { return Ok(()) };
        let below = Query { scope: Scope::OneLevel, ..Query::at(unit, ANYTHING, &[NO_ATTRIBUTES]) };
        if self.door.any(&below).await? || !self.has_entries(unit).await? {
            return Ok(());
        }
        Err(Failure::Refused(format!("there are entries below {unit:?}, and we may see none of them")))
    }

    /// What the server counts below an entry, whoever may see it. Each server has its own word.
    async fn has_entries(&self, unit: &str) -> Result<bool, Failure> {
        let found = self.door.search(&Query::at(unit, ANYTHING, &COUNTS_BELOW), 1).await?;
        let counts = found.iter().flat_map(|entry| COUNTS_BELOW.iter().filter_map(|name| entry.text(name)));
        Ok(counts.into_iter().any(|count| !matches!(count, "0" | "FALSE")))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A string takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
