//! A server in the place of one that cannot run here: it answers as a script says.

use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::messages::{Message, message, part};

pub(crate) const BIND: u8 = 0x60;
pub(crate) const SEARCH: u8 = 0x63;
pub(crate) const EXTENDED: u8 = 0x77;
const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";

/// What is sent for a request, byte for byte.
pub(crate) type Answers = Vec<Vec<u8>>;

pub(crate) struct Scripted {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Message>>>,
}

impl Scripted {
    /// `script` answers everything but logins, which go well.
    pub(crate) async fn start(script: impl Fn(&Message) -> Answers + Send + Sync + 'static) -> Self {
        let takes_all = move |request: &Message| match request.kind {
            BIND => vec![request.result(0, "")],
            _ => script(request),
        };
        Self::start_with_login(takes_all).await
    }

    pub(crate) async fn start_with_login(
        script: impl Fn(&Message) -> Answers + Send + Sync + 'static,
    ) -> Self {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let (script, asked) = (Arc::new(script), Arc::<Mutex<Vec<Message>>>::default());
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((client, _)) = socket.accept().await {
                tokio::spawn(serve(client, Arc::clone(&script), Arc::clone(&noted)));
            }
        });
        Self { port, asked }
    }

    /// The requests of one kind so far.
    pub(crate) fn asked(&self, kind: u8) -> Vec<Message> {
        let asked = self.asked.lock().expect("a lock");
        asked.iter().filter(|request| request.kind == kind).cloned().collect()
    }
}

async fn serve(
    mut client: TcpStream,
    script: Arc<impl Fn(&Message) -> Answers>,
    asked: Arc<Mutex<Vec<Message>>>,
) {
    while let Ok(Some(request)) = Message::read(&mut client).await {
        let answers = script(&request);
        asked.lock().expect("a lock").push(request);
        for answer in answers {
            if client.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

/// An entry that was found, as the answer to `request`.
pub(crate) fn entry(request: &Message, dn: &str, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attribute = |(name, values): &(&str, &[&[u8]])| {
        let values: Vec<u8> = values.iter().flat_map(|value| part(0x04, value)).collect();
        part(0x30, &[part(0x04, name.as_bytes()), part(0x31, &values)].concat())
    };
    let attributes: Vec<u8> = attributes.iter().flat_map(attribute).collect();
    let entry = part(0x64, &[part(0x04, dn.as_bytes()), part(0x30, &attributes)].concat());
    message(request.id, &entry, &[])
}

/// A reference to another server, among what was found.
pub(crate) fn reference(request: &Message, url: &str) -> Vec<u8> {
    message(request.id, &part(0x73, &part(0x04, url.as_bytes())), &[])
}

/// The end of a page, and where the next begins.
pub(crate) fn end_of_page(request: &Message, cookie: &[u8]) -> Vec<u8> {
    let value = part(0x30, &[part(0x02, &[0]), part(0x04, cookie)].concat());
    let control = part(0x30, &[part(0x04, PAGED_RESULTS.as_bytes()), part(0x04, &value)].concat());
    let done = part(0x65, &[part(0x0a, &[0]), part(0x04, b""), part(0x04, b"")].concat());
    message(request.id, &done, &part(0xa0, &control))
}

/// A result with the addresses of other servers.
pub(crate) fn referral(request: &Message, text: &str, url: &str) -> Vec<u8> {
    let refs = part(0xa3, &part(0x04, url.as_bytes()));
    let result = [part(0x0a, &[10]), part(0x04, b""), part(0x04, text.as_bytes()), refs].concat();
    message(request.id, &part(0x65, &result), &[])
}

/// The answer to an extended request.
pub(crate) fn extended(request: &Message, value: &str) -> Vec<u8> {
    let value = part(0x8b, value.as_bytes());
    let result = [part(0x0a, &[0]), part(0x04, b""), part(0x04, b""), value].concat();
    message(request.id, &part(0x78, &result), &[])
}
