//! The kinds of token that programs hold.

use crate::action::words;

words! {
    TokenKind {
        /// Made by an administrator under a name of its own.
        Named = "named",
        /// Commvault's: made by its user, and renewed where it was given a refresh token.
        Access = "access",
        /// Netex's: one per account, until it is replaced.
        Cloud = "cloud",
        /// AppViewX's: issued to an OAuth client, for a short while.
        Service = "service",
    }
}

impl TokenKind {
    /// Whether its bearer may make further tokens. What was handed out by a call may not: a token that was meant
    /// to end soon would live on in its offspring.
    pub fn may_make_tokens(self) -> bool {
        self == Self::Named
    }
}
