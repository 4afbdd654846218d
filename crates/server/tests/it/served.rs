//! A company behind a real port, and a record of what was asked of it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use domain::Role;
use exeunt::app::{GroupRef, NewUser};
use exeunt::listener;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::fixture::Company;

pub(crate) struct Served {
    pub(crate) company: Company,
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    log_seen: AtomicI64,
    stop: watch::Sender<bool>,
}

impl Served {
    /// Four people beside the fixture's own, of whom two own something and one can sign in, and a group.
    pub(crate) async fn company(company: Company) -> Self {
        company.group("Ops").await;
        let groups = vec![GroupRef::Name("Ops".to_owned())];
        let jsmith = company.add(NewUser { groups, ..Company::new_user("jsmith", Role::None) }).await;
        company.assets(jsmith, "alert", 3).await;
        company.person("kjones").await;
        let mlopez = company.person("mlopez").await;
        company.assets(mlopez, "alert", 2).await;
        company.person(r"company\achen").await;
        Self::on_a_port(company).await
    }

    pub(crate) async fn on_a_port(company: Company) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let record = Arc::clone(&asked);
        let router = company.router.clone().layer(from_fn(move |request: Request, next: Next| {
            let (call, record) = (format!("{} {}", request.method(), request.uri()), Arc::clone(&record));
            async move {
                let answer = next.run(request).await;
                record.lock().expect("no panic").push(format!("{} {call}", answer.status().as_u16()));
                answer
            }
        }));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(listener::serve(listener, None, router, stopped));
        let log_seen = AtomicI64::new(company.log_head().await);
        Self { company, address, asked, log_seen, stop }
    }

    /// What was asked since the last look, and with which status it was answered.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("no panic"))
    }

    /// What was logged since the last look: the kind, and of a departure its goal, its user and its heir.
    pub(crate) async fn logged(&self) -> Vec<String> {
        let head = self.company.log_head().await;
        let after = self.log_seen.swap(head, Ordering::SeqCst);
        let (console, all) = (&self.company.console, store::log::Filter::All);
        let page = self.company.app.log(console, &all, after, 500).await.expect("the log");
        let line = |entry: store::log::LogEntry| {
            let words = ["goal", "user", "heir"].map(|name| entry.detail[name].as_str().map(str::to_owned));
            [Some(entry.kind)].into_iter().chain(words).flatten().collect::<Vec<_>>().join(" ")
        };
        page.rows.into_iter().map(line).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
