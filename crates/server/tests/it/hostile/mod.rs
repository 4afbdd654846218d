//! See the module list in `main.rs`.
//!
//! The requests are those of the authorization tables, so that no route is left out, each spoilt in every way that
//! a table here lists. Whatever it is: an error in the face's own form, no failure of the server, nothing changed.

mod bodies; // bodies that cannot be read, on every route that reads one
mod headers; // headers that nobody sends by accident
mod names; // names with everything in them that a path, a query or a body gives a meaning to
mod paths; // paths and queries: percent-encoding, quoting, numbers
mod races; // the same deletion many times at once
mod sniffing; // whose request it is, whatever it looks like
mod wire; // what never becomes a request
mod xml; // what XML can do to a reader

use axum::body::Body;
use axum::http::Request;
use domain::Role;

use crate::authorization::{Face, Row, Stage, Who};
use crate::dump::Watch;
use crate::fixture::{Answer, Company, send};

/// An administrator of a company, and somebody who watches its store.
struct Raid {
    stage: Stage,
    watch: Watch,
    wrong: Vec<String>,
}

struct Attack<'a> {
    /// For the message of a failure.
    what: String,
    method: &'a str,
    target: String,
    headers: Vec<(&'a str, Vec<u8>)>,
    body: Vec<u8>,
}

impl Raid {
    async fn begin(company: Company) -> Self {
        let stage = Stage::of(company).await;
        let watch = Watch::begin(&stage.company.home);
        Self { stage, watch, wrong: Vec::new() }
    }

    fn admin(&self) -> &str {
        self.stage.secret(Who::User(Role::Admin)).expect("a session")
    }

    /// The headers of a well-meant request of the administrator's.
    fn headers(&self, face: &Face, row: &Row) -> Vec<(&'static str, Vec<u8>)> {
        let own = face.headers(&self.stage, row).into_iter().chain([(face.credential)(self.admin())]);
        own.map(|(name, value)| (name, value.into_bytes())).collect()
    }

    fn target(&self, face: &Face, row: &Row) -> String {
        format!("{}{}", face.root, face.filled(&self.stage, row, row.path))
    }

    /// Nothing if it cannot even be sent.
    async fn answer(&self, attack: &Attack<'_>) -> Option<Answer> {
        let mut request = Request::builder().method(attack.method).uri(&attack.target);
        for (name, value) in &attack.headers {
            request = request.header(*name, value.as_slice());
        }
        let request = request.body(Body::from(attack.body.clone())).ok()?;
        Some(send(&self.stage.company.router, request).await)
    }

    async fn expect_error(&mut self, face: &Face, attack: Attack<'_>) {
        let Some(answer) = self.answer(&attack).await else { return };
        let status = answer.status.as_u16();
        let told = format!("{} {} ({}): {status} {}", attack.method, attack.target, attack.what, answer.body);
        if status >= 500 || !(face.is_error)(&answer) {
            self.wrong.push(told.chars().take(500).collect());
        }
        let changes = self.watch.changes();
        if !changes.is_empty() {
            self.wrong
                .push(format!("{} {} ({}) changes {changes:#?}", attack.method, attack.target, attack.what));
        }
    }

    #[track_caller]
    fn end(mut self) {
        self.wrong.extend(self.watch.all_changes());
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}
