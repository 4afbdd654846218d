//! The server under measurement: the release binary over a fresh embedded store.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::client::{Call, Client};
use super::now;
use super::report::Report;
use crate::{Result, root};

const PASSWORD: &str = "bench password";
/// Assets of user `owner`, for the large transfer.
pub(super) const LARGE: usize = 100_000;
/// Users with ten assets each.
pub(super) const OWNERS: usize = 5_000;
/// Users with an account on each of the five platforms.
pub(super) const PRESENT: usize = 4_000;
pub(super) const PLATFORMS: [&str; 5] = ["training", "social", "play", "backup", "wiki"];

pub(super) struct Server {
    child: Child,
    pub address: SocketAddr,
    /// An administrator's API token.
    pub token: String,
    pub store: PathBuf,
}

impl Server {
    /// Imports the company, starts the server, and notes how long that takes and what it needs.
    pub(super) fn start(folder: &Path, users: usize, report: &mut Report) -> Result<Self> {
        let store = folder.join("exeunt.db");
        prepare(folder, &store, users, report)?;
        let begun = now();
        let (child, address) = spawn(&store, &[])?;
        report.time(&format!("start-up with {users} users"), begun.elapsed(), "to the listening line");
        let mut server = Self { child, address, token: String::new(), store };
        server.token = server.sign_in()?;
        report.add("memory after start-up", format!("{:.0} MiB", server.memory_mib()?), "resident");
        Ok(server)
    }

    /// A server over a store that is there, or is made now.
    pub(super) fn over(store: &Path, arguments: &[&str]) -> Result<Self> {
        let (child, address) = spawn(store, arguments)?;
        Ok(Self { child, address, token: String::new(), store: store.to_owned() })
    }

    /// A server over a directory of its own with nothing in it but users, and an administrator's token.
    pub(super) fn directory(folder: &Path, users: usize, arguments: &[&str]) -> Result<Self> {
        let store = folder.join("exeunt.db");
        let (mut child, _) = spawn(&store, &[])?;
        child.kill()?;
        child.wait()?;
        let mut file = BufWriter::new(File::create(folder.join("users.csv"))?);
        writeln!(file, "user_name,email,role,password")?;
        for number in 0..users {
            writeln!(file, "u{number},u{number}@example.com,none,")?;
        }
        file.flush()?;
        exeunt(folder, &store, &["import", "--users", "users.csv"])?;
        let mut server = Self::over(&store, arguments)?;
        server.token = server.sign_in()?;
        Ok(server)
    }

    pub(super) fn client(&self) -> Result<Client> {
        Client::connect(self.address)
    }

    /// Resident memory of the server process.
    pub(super) fn memory_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    fn sign_in(&self) -> Result<String> {
        let mut client = self.client()?;
        let body = format!(r#"{{"userName":"admin","password":"{PASSWORD}"}}"#);
        let json = "Content-Type: application/json\r\n";
        let call = Call { method: "POST", target: "/v1/sessions", headers: json, body: &body };
        let session = text_field(&client.must(&call)?, "token")?;
        let headers = format!("{json}Authorization: Bearer {session}\r\n");
        let body = r#"{"name":"bench","role":"admin"}"#;
        let call = Call { method: "POST", target: "/v1/tokens", headers: &headers, body };
        text_field(&client.must(&call)?, "token")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> PathBuf {
    root().join("target/release/exeunt")
}

fn spawn(store: &Path, arguments: &[&str]) -> Result<(Child, SocketAddr)> {
    let mut child = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--store"])
        .arg(format!("sqlite:{}", store.display()))
        .args(arguments)
        .env("EXEUNT_ADMIN_PASSWORD", PASSWORD)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    for line in BufReader::new(output).lines() {
        if let Some(address) = line?.strip_prefix("listening on http://") {
            return Ok((child, address.trim().parse()?));
        }
    }
    Err("the server ended before it listened".into())
}

/// Writes and imports the company, through the program's own commands.
fn prepare(folder: &Path, store: &Path, users: usize, report: &mut Report) -> Result {
    // The first start makes the default tenant; the second is the one that is measured.
    let (mut child, _) = spawn(store, &[])?;
    child.kill()?;
    child.wait()?;
    write_company(folder, users)?;
    exeunt(folder, store, &["platform", "apply", "platforms.toml"])?;
    let begun = now();
    let files = ["import", "--users", "users.csv", "--assets", "assets.csv", "--accounts", "accounts.csv"];
    exeunt(folder, store, &files)?;
    let note = format!("{} assets, {} accounts", LARGE + 10 * OWNERS, PRESENT * PLATFORMS.len());
    report.time(&format!("import of {users} users"), begun.elapsed(), note);
    Ok(())
}

/// One of the program's own commands, on the store, in the folder.
pub(super) fn exeunt(folder: &Path, store: &Path, arguments: &[&str]) -> Result {
    let mut command = Command::new(program());
    command.args(arguments).arg("--store").arg(format!("sqlite:{}", store.display()));
    let status = command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let shown = &arguments[..arguments.len().min(3)];
    if status.success() { Ok(()) } else { Err(format!("exeunt {} failed", shown.join(" ")).into()) }
}

fn write_company(folder: &Path, users: usize) -> Result {
    let mut file = BufWriter::new(File::create(folder.join("platforms.toml"))?);
    for platform in PLATFORMS {
        writeln!(file, "[[platform]]\nname = \"{platform}\"\nkind = \"simulated\"\nmax_in_flight = 16\n")?;
    }
    let mut file = BufWriter::new(File::create(folder.join("users.csv"))?);
    writeln!(file, "user_name,email,role,password")?;
    writeln!(file, "heir,heir@example.com,none,\nowner,owner@example.com,none,")?;
    writeln!(file, "live,live@example.com,none,{PASSWORD}")?;
    for number in 0..users {
        writeln!(file, "u{number},u{number}@example.com,none,")?;
    }
    let mut file = BufWriter::new(File::create(folder.join("assets.csv"))?);
    writeln!(file, "kind,name,owner_user")?;
    for number in 0..LARGE {
        writeln!(file, "alert,large {number},owner")?;
    }
    for owner in 0..OWNERS {
        for number in 0..10 {
            writeln!(file, "schedule,{owner}-{number},u{}", users - 1 - owner)?;
        }
    }
    let mut file = BufWriter::new(File::create(folder.join("accounts.csv"))?);
    writeln!(file, "user,platform,remote_id")?;
    for present in 0..PRESENT {
        for platform in PLATFORMS {
            writeln!(file, "u{},{platform},u{present}", users - 1 - OWNERS - present)?;
        }
    }
    Ok(())
}

/// The value of a text field in a JSON object; the server's own answers only.
pub(super) fn text_field(json: &str, name: &str) -> Result<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":")).ok_or_else(|| format!("no {name} in {json}"))?;
    let value = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
    Ok(value.ok_or_else(|| format!("{name} is no text in {json}"))?.to_owned())
}
