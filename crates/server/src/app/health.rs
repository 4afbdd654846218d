//! Whether this process can do its work, and how much of it is open. For probes and metrics: no caller is asked for.

use domain::{Error, OffboardingState};
use store::{offboardings, tenants};

use super::App;
use super::sign_in::DEFAULT_TENANT;

/// What a load balancer must know. The texts are for our own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Ready,
    /// The store cannot be read.
    Unreadable {
        inside: String,
    },
    /// The store takes no writes any more: the process must be started anew.
    Unwritable {
        inside: String,
    },
}

impl App {
    pub async fn health(&self) -> Health {
        if let Some(inside) = self.store.out_of_service() {
            return Health::Unwritable { inside };
        }
        match self.store.read(|tx| Ok::<_, Error>(tenants::by_name(tx, DEFAULT_TENANT)?)).await {
            Ok(_) => Health::Ready,
            Err(error) => Health::Unreadable { inside: error.inside().unwrap_or_default().to_owned() },
        }
    }

    /// How many offboardings of the whole store are open, by state. Its cost is their number, whatever is closed.
    pub async fn count_open_offboardings(&self) -> Result<Vec<(OffboardingState, i64)>, Error> {
        self.store.read(|tx| Ok(offboardings::count_open_of_all(tx)?)).await
    }
}
