//! Connectors and orders to test with.

use std::path::Path;
use std::sync::Arc;

use domain::{Action, Identity, PlatformKind, TenantId};

use crate::{Connector, Heir, Order, Pace, Place, SettingsError, Vault, open};

/// The notice for the leaver: the platform may show it, evidence must not.
pub const NOTICE: &str = "Your manager is informed";

/// A first attempt, with a key of its own for this action on this account.
pub fn order(action: Action, account: &str) -> Order {
    let heir = Heir::User { user: identity("kjones"), account: None };
    Order {
        action,
        account: account.to_owned(),
        user: identity(account),
        heir: (action == Action::Transfer).then_some(heir),
        message: Some(NOTICE.to_owned()),
        idempotency_key: format!("key-of-{action}-{account}"),
        attempt: 1,
    }
}

pub fn again(order: &Order) -> Order {
    Order { attempt: order.attempt + 1, ..order.clone() }
}

/// A user of that name.
pub fn identity(name: &str) -> Identity {
    Identity {
        user_name: name.to_owned(),
        email: format!("{name}@example.com"),
        guid: "0123456789abcdef0123456789abcdef".to_owned(),
        external_id: None,
    }
}

/// The connector of the platform `training`; `file:` secrets lie in `folder`.
pub fn opened(
    kind: PlatformKind,
    settings: &str,
    folder: Option<&Path>,
) -> Result<Arc<dyn Connector>, SettingsError> {
    let vault = Vault::new(folder, TenantId(1));
    open(kind, Place { name: "training", settings, vault: &vault, pace: Pace::default() })
}
