//! A netexCloud tenant that knows everybody and counts what it is asked: by the first part of the path, so that one
//! stub can be several platforms.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Result;

#[derive(Default)]
struct Known {
    requests: BTreeMap<String, usize>,
    deactivated: BTreeSet<String>,
}

pub(super) struct Stub {
    pub(super) address: SocketAddr,
    known: Arc<Mutex<Known>>,
}

impl Stub {
    /// Every answer takes so long.
    pub(super) fn start(latency: Duration) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let (address, known) = (listener.local_addr()?, Arc::<Mutex<Known>>::default());
        let served = Arc::clone(&known);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(std::result::Result::ok) {
                let known = Arc::clone(&served);
                // A client that goes away ends its thread.
                std::thread::spawn(move || serve(stream, &known, latency).map_err(drop));
            }
        });
        Ok(Self { address, known })
    }

    /// The requests to the platform at `prefix` since the last time this was asked.
    pub(super) fn take(&self, prefix: &str) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).requests.remove(prefix).unwrap_or(0)
    }
}

fn serve(stream: TcpStream, known: &Mutex<Known>, latency: Duration) -> Result {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while stream.read_line(&mut header)? > 2 {
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            header.clear();
        }
        stream.read_exact(&mut vec![0; length])?;
        std::thread::park_timeout(latency);
        let body = answer(&line, known).ok_or("not a request of ours")?;
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:";
        write!(stream.get_mut(), "{head} {}\r\n\r\n{body}", body.len())?;
    }
}

/// `GET /a/users/u7` or `PUT /a/users/u7/deactivate`.
fn answer(line: &str, known: &Mutex<Known>) -> Option<String> {
    let mut words = line.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let mut parts = target.trim_start_matches('/').split('/');
    let (platform, user) = (parts.next()?, parts.nth(1)?);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    *known.requests.entry(platform.to_owned()).or_default() += 1;
    let account = format!("{platform} {user}");
    if method == "PUT" {
        known.deactivated.insert(account);
        let done = r#"{"location":null,"message":null,"status":204}"#;
        return Some(format!(
            r#"{{"location":null,"message":"","responsePlatforms":{{"management":{done}}},"status":204}}"#
        ));
    }
    let enabled = !known.deactivated.contains(&account);
    Some(format!(r#"{{"id":"{user}","username":"{user}","enabled":{enabled}}}"#))
}
