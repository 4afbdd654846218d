//! One session with a platform: opened when it is first needed, by one caller at a time, renewed once where it
//! is no longer taken, and ended with its connector.
//!
//! Never: signs in again after a refusal. Our account there would be locked, and every step with it.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{RequestBuilder, StatusCode};
use tokio::sync::Mutex;

use super::{Answer, HttpClient};
use crate::Failure;

/// How one kind of platform lets us in.
#[async_trait]
pub trait SignIn: Send + Sync + 'static {
    /// What every call then carries.
    type Session: Send + Sync + 'static;

    /// `Credentials` is a refusal: nobody asks again until the connector is opened anew.
    async fn sign_in(&self, client: &HttpClient) -> Result<Self::Session, Failure>;

    /// After the platform `refused` the session. Where no session is ever issued, that is the last word.
    async fn renew(
        &self,
        client: &HttpClient,
        _old: &Self::Session,
        _refused: Failure,
    ) -> Result<Self::Session, Failure> {
        self.sign_in(client).await
    }

    /// What an answer that does not take the session says, in words that may be shown.
    fn refusal(&self, answer: &Answer) -> Failure {
        answer.failure()
    }

    /// What ends the session, where the platform wants that.
    fn sign_out(&self, _client: &HttpClient, _session: &Self::Session) -> Option<RequestBuilder> {
        None
    }
}

/// Asks a platform in one session, whoever calls.
pub struct Signed<W: SignIn> {
    client: HttpClient,
    way: W,
    state: Mutex<State<W::Session>>,
}

enum State<S> {
    Closed,
    Open(Arc<S>),
    Refused(String),
}

impl<W: SignIn> Signed<W> {
    pub fn new(client: HttpClient, way: W) -> Self {
        Self { client, way, state: Mutex::new(State::Closed) }
    }

    /// The answer to what `build` makes for a session. One that was not taken is renewed, and asked with once more.
    pub async fn ask<B>(&self, build: B) -> Result<Answer, Failure>
    where
        B: Fn(&HttpClient, &W::Session) -> RequestBuilder + Send + Sync,
    {
        let session = self.current().await?;
        let answer = self.client.ask(build(&self.client, &session)).await?;
        if !is_refusal(&answer) {
            return Ok(answer);
        }
        let session = self.instead_of(&session, self.way.refusal(&answer)).await?;
        let answer = self.client.ask(build(&self.client, &session)).await?;
        if !is_refusal(&answer) {
            return Ok(answer);
        }
        let reason = format!("{}, and so with a new session", self.way.refusal(&answer));
        *self.state.lock().await = State::Refused(reason.clone());
        Err(Failure::Credentials(reason))
    }

    async fn current(&self) -> Result<Arc<W::Session>, Failure> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Open(session) => Ok(Arc::clone(session)),
            State::Refused(reason) => Err(Failure::Credentials(reason.clone())),
            State::Closed => state.settle(self.way.sign_in(&self.client).await),
        }
    }

    /// Another caller may have renewed it by now.
    async fn instead_of(&self, old: &Arc<W::Session>, refused: Failure) -> Result<Arc<W::Session>, Failure> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Open(session) if !Arc::ptr_eq(session, old) => Ok(Arc::clone(session)),
            State::Refused(reason) => Err(Failure::Credentials(reason.clone())),
            _ => state.settle(self.way.renew(&self.client, old, refused).await),
        }
    }
}

impl<S> State<S> {
    fn settle(&mut self, signed_in: Result<S, Failure>) -> Result<Arc<S>, Failure> {
        // Nothing was asked yet but to be let in.
        match signed_in.map_err(|failure| failure.of_address().before_change()) {
            Ok(session) => {
                let session = Arc::new(session);
                *self = Self::Open(Arc::clone(&session));
                Ok(session)
            }
            Err(failure) => {
                *self = match &failure {
                    Failure::Credentials(reason) => Self::Refused(reason.clone()),
                    _ => Self::Closed,
                };
                Err(failure)
            }
        }
    }
}

/// Nobody waits for the answer: a session that is left open ends by itself.
impl<W: SignIn> Drop for Signed<W> {
    fn drop(&mut self) {
        let State::Open(session) = self.state.get_mut() else { return };
        let Some(request) = self.way.sign_out(&self.client, session) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let client = self.client.clone();
        runtime.spawn(async move { client.ask(request).await });
    }
}

/// What a sign-in that was turned down means: trying again would only lock our account.
pub fn refused_sign_in(answer: &Answer, words: &str) -> Failure {
    match (answer.status, answer.failure_saying(words)) {
        (StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN, Failure::Refused(reason)) => {
            Failure::Credentials(reason)
        }
        (_, failure) => failure.of_address(),
    }
}

fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}
