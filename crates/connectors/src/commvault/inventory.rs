//! What a CommCell tells of an account and of itself without being changed.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

use super::Commvault;
use super::said::Said;
use crate::outbound::{loose, one_line};
use crate::{Failure, Owned};

/// Most associations that are read of one account.
const MAX_ASSOCIATIONS: usize = 100_000;

impl Commvault {
    /// On what the user has a role. What it owns besides, alerts and schedules, no call tells.
    pub(super) async fn associations(&self, id: i64) -> Result<Vec<Owned>, Failure> {
        let answer = self.ask(Method::GET, &format!("User/{id}/Security"), |request| request).await?;
        let said = Said::in_answer(&answer).map_err(Failure::of_address)?;
        // Nothing at all is the usual answer for a user without any.
        let associations = match said.tree().as_object() {
            Some(fields) if fields.is_empty() => Vec::new(),
            _ => said.list("associations")?,
        };
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for association in associations.into_iter().take(MAX_ASSOCIATIONS) {
            let role = association.get("properties").and_then(|properties| properties.get("role"));
            let role =
                role.and_then(|role| loose::text(role, "roleName")).unwrap_or_else(|| "role".to_owned());
            let entities = association.get("entities").and_then(|entities| loose::list(entities, "entity"));
            names.entry(role).or_default().extend(entities.unwrap_or_default().into_iter().map(name_of));
        }
        Ok(names.into_iter().map(|(role, names)| Owned::named(&format!("role {role}"), names)).collect())
    }

    /// Product and version, as far as the server tells.
    pub(super) async fn version(&self) -> String {
        let told = async {
            let answer = self.ask(Method::GET, "CommServ", |request| request).await.ok()?;
            let said = Said::in_answer(&answer).ok()?;
            let version = loose::text(said.tree(), "csVersionInfo")?;
            let host = loose::text(said.tree(), "hostName").unwrap_or_else(|| "CommServe".to_owned());
            Some(one_line(&format!("Commvault {version} on {host}")))
        };
        told.await.unwrap_or_else(|| "Commvault, which does not tell its version".to_owned())
    }
}

/// `clientName`, `subclientName`, `vmName`: whichever it has.
fn name_of(entity: &Value) -> String {
    let fields = entity.as_object().into_iter().flatten();
    let name = fields.filter(|(key, _)| key.ends_with("Name")).find_map(|(key, _)| loose::text(entity, key));
    name.unwrap_or_else(|| "without a name".to_owned())
}
