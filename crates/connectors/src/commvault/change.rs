//! What changes a CommCell: one request each, and its own word that it was done.

use reqwest::Method;
use serde_json::{Value, json};

use super::Commvault;
use super::said::Said;
use crate::{Failure, Heir};

impl Commvault {
    /// `which` is `Disable` or `Enable`.
    pub(super) async fn switch(&self, id: i64, which: &str) -> Result<(), Failure> {
        self.change(Method::PUT, &format!("User/{id}/{which}"), None).await.map(|_| ())
    }

    /// By name, as newer releases want it, else by id. It may be repeated: what is released stays so.
    pub(super) async fn release(&self, id: i64, key: &str) -> Result<(), Failure> {
        let user = self.user(id).await.map_err(Failure::before_change)?;
        let by_name = json!({ "userName": user.name });
        let released = match self.change(Method::POST, "User/Offboard", Some(&by_name)).await {
            Err(Failure::Refused(by_name)) => {
                let by_id = self.change(Method::POST, "User/Offboard", Some(&json!({ "userId": id }))).await;
                by_id.map_err(|failure| match failure {
                    Failure::Refused(by_id) if by_id != by_name => {
                        Failure::Refused(format!("{by_name}; by id: {by_id}"))
                    }
                    other => other,
                })
            }
            released => released,
        };
        self.released.note(key, released?);
        Ok(())
    }

    /// What the user owns goes to the heir in the same call; there is no call that only hands over.
    pub(super) async fn delete(&self, id: i64, heir: Option<&Heir>) -> Result<(), Failure> {
        let owner = self.owner(heir, id).await?;
        self.change(Method::DELETE, &format!("User/{id}?{}", owner.query()), None).await.map(|_| ())
    }

    /// The platform's words at its success.
    async fn change(&self, method: Method, path: &str, body: Option<&Value>) -> Result<String, Failure> {
        let answer = self.ask(method, path, |request| match body {
            Some(body) => request.json(body),
            None => request,
        });
        let answer = answer.await?;
        // Whether the account is missing, a look must tell.
        Said::in_answer(&answer).and_then(|said| said.done()).map_err(Failure::of_address)
    }
}
