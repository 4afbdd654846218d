//! A keep-alive HTTP client that costs next to nothing: it shares the machine with the server it measures.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::Result;

pub(super) struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

pub(super) struct Call<'a> {
    pub method: &'a str,
    pub target: &'a str,
    /// Whole header lines, each ended by CR LF.
    pub headers: &'a str,
    pub body: &'a str,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub body: String,
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), address })
    }

    /// Sends and reads the whole answer. Only answers with a Content-Length are understood.
    pub(super) fn call(&mut self, call: &Call<'_>) -> Result<Answer> {
        let request = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{}\r\n{}",
            call.method,
            call.target,
            self.address,
            call.body.len(),
            call.headers,
            call.body,
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status line")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body: String::from_utf8(body)? })
    }

    /// As [`Self::call`], for calls that must succeed.
    pub(super) fn must(&mut self, call: &Call<'_>) -> Result<String> {
        let answer = self.call(call)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        Err(format!("{} {} was answered {}: {}", call.method, call.target, answer.status, answer.body).into())
    }
}
