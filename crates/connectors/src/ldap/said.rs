//! What a directory's answers mean: its result codes (RFC 4511, appendix A) in terms of what a step came to.

use ldap3::LdapResult;

use crate::Failure;

/// What a directory says is passed on up to this length.
const MAX_SHOWN_CHARS: usize = 300;
/// A busy directory does not say for how long.
const BUSY_AFTER_MS: i64 = 5_000;

pub(super) const SIZE_LIMIT_EXCEEDED: u32 = 4;
pub(super) const NO_SUCH_ATTRIBUTE: u32 = 16;
pub(super) const VALUE_EXISTS: u32 = 20;
pub(super) const NO_SUCH_OBJECT: u32 = 32;
pub(super) const OBJECT_CLASS_VIOLATION: u32 = 65;
pub(super) const NOT_ALLOWED_ON_NON_LEAF: u32 = 66;

/// Its words on an operation that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) code: u32,
    /// For people: what was asked, the code with its name, the server's text.
    pub(super) text: String,
}

/// What kept an operation from succeeding: the server's own verdict, which a caller may know how to take, or else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    Said(Said),
    Failed(Failure),
}

impl Setback {
    pub(super) fn is(&self, code: u32) -> bool {
        matches!(self, Self::Said(said) if said.code == code)
    }
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Setback> for Failure {
    fn from(setback: Setback) -> Self {
        match setback {
            Setback::Said(said) => said.failure(),
            Setback::Failed(failure) => failure,
        }
    }
}

impl Said {
    /// None where it was a success.
    pub(super) fn of(asked: &str, result: &LdapResult) -> Option<Self> {
        if result.rc == 0 {
            return None;
        }
        let words = one_line(&format!("{result} {}", result.refs.join(" ")));
        Some(Self { code: result.rc, text: format!("{asked} was answered {words}") })
    }

    /// The meaning where a caller knows no better.
    pub(super) fn failure(self) -> Failure {
        let Self { code, text } = self;
        match code {
            49 => Failure::Credentials(text),
            51 => Failure::Busy { reason: text, after_ms: Some(BUSY_AFTER_MS) },
            SIZE_LIMIT_EXCEEDED | 11 => Failure::Refused(format!(
                "{text}; our account needs a higher limit there, or an index is missing"
            )),
            8 | 13 => Failure::Refused(format!("{text}; it wants TLS: ldaps:// or start_tls")),
            10 => Failure::Refused(format!("{text}; referrals are not followed")),
            // Its own trouble: it may go well another time.
            1..=3 | 14 | 52 | 80 => Failure::Broken(text),
            _ => Failure::Refused(text),
        }
    }

    /// The meaning where it is the answer to who we are.
    pub(super) fn of_bind(self) -> Failure {
        match self.code {
            7 | 48 | 49 | 50 | 53 => Failure::Credentials(self.text),
            _ => self.failure(),
        }
    }
}

fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| !c.is_control()).take(MAX_SHOWN_CHARS).collect()
}
