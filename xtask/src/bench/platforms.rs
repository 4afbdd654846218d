//! What platforms do to each other: broken ones to those that are well, a slow one to the server's memory, and the
//! platforms of one tenant to those of another.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::now;
use super::report::Report;
use super::server::{Server, exeunt};
use super::stub::Stub;
use crate::Result;

/// Those that are well.
const WELL: usize = 16;
/// Hanging, and one that fails every second time.
const BROKEN: [&str; 4] = ["hang = true", "hang = true", "hang = true", "fail_percent = 50"];
/// Leavers, each with an account on every platform.
const LEAVERS: usize = 200;
const QUEUED: usize = 10_000;
const PER_SECOND: usize = 50;
/// Users that one command takes.
const AT_ONCE: usize = 1_000;

pub(super) fn run(folder: &Path, seconds: u64, report: &mut Report) -> Result {
    let alone = well_settled(&folder.join("alone"), &[])?;
    report.time("200 leavers on 16 platforms", alone, "until their steps there are settled");
    let beside = well_settled(&folder.join("beside"), &BROKEN)?;
    report.time("the same, beside 3 that hang and 1 that flaps", beside, "on the 16 that are well");
    report.ratio(
        "16 platforms beside 4 broken ones, to without them",
        beside.as_secs_f64() / alone.as_secs_f64(),
    );
    paced(&folder.join("paced"), seconds, report)?;
    shared(&folder.join("shared"), seconds, report)
}

/// From the start of the server, with everything queued, to the last step on a platform that is well.
fn well_settled(folder: &Path, broken: &[&str]) -> Result<Duration> {
    let mut platforms = Vec::new();
    for number in 0..WELL {
        platforms.push(Declared::simulated(format!("well{number}"), "latency_ms = 5"));
    }
    for (number, script) in broken.iter().enumerate() {
        platforms.push(Declared::simulated(format!("broken{number}"), script));
    }
    let store = company(folder, &[("default", LEAVERS, &platforms)])?;
    let begun = now();
    let _server = Server::over(&store, &[])?;
    let steps = rusqlite::Connection::open(&store)?;
    let expected = 2 * LEAVERS * WELL;
    while settled(&steps, "well%")? < expected {
        if begun.elapsed() > Duration::from_mins(5) {
            return Err("the steps did not settle within 300 s".into());
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    Ok(begun.elapsed())
}

fn settled(steps: &rusqlite::Connection, platforms: &str) -> Result<usize> {
    let count = "SELECT COUNT(*) FROM steps s JOIN platforms p ON p.id = s.platform_id \
                 WHERE p.name LIKE ?1 AND s.state = 'done'";
    Ok(usize::try_from(steps.query_row(count, [platforms], |row| row.get::<_, i64>(0))?)?)
}

/// 10,000 departures for a platform that takes 50 requests a second.
fn paced(folder: &Path, seconds: u64, report: &mut Report) -> Result {
    let stub = Stub::start(Duration::ZERO)?;
    let platforms = [Declared::netex("a", &stub, Some(PER_SECOND))];
    let store = company(folder, &[("default", QUEUED, &platforms)])?;
    let server = Server::over(&store, &["--secrets", &folder.to_string_lossy()])?;
    // Until its caches and connections are what they stay.
    std::thread::park_timeout(Duration::from_secs(3));
    let warm = server.memory_mib()?;
    stub.take("a");
    let begun = now();
    std::thread::park_timeout(Duration::from_secs(seconds.max(5)));
    let rate = ratio(stub.take("a"), PER_SECOND)? / begun.elapsed().as_secs_f64();
    let memory = server.memory_mib()?;
    report.add(
        "memory with 10,000 departures queued",
        format!("{memory:.0} MiB"),
        format!("{warm:.0} MiB after 3 s"),
    );
    report.ratio("requests per second to the 50 agreed, 10,000 queued", rate);
    report.ratio("memory at the end of that time to its begin", memory / warm);
    Ok(())
}

/// One tenant with three platforms, one with one, and fewer slots than both could use.
fn shared(folder: &Path, seconds: u64, report: &mut Report) -> Result {
    let stub = Stub::start(Duration::from_millis(10))?;
    let three = ["a", "b", "c"].map(|name| Declared::netex(name, &stub, None));
    let one = [Declared::netex("d", &stub, None)];
    let tenants: [Tenant<'_>; 2] = [("default", 2 * AT_ONCE, &three), ("second", 2 * AT_ONCE, &one)];
    let store = company(folder, &tenants)?;
    let secrets = folder.to_string_lossy();
    let _server = Server::over(&store, &["--secrets", &secrets, "--max-in-flight", "8"])?;
    std::thread::park_timeout(Duration::from_secs(1));
    let names = ["a", "b", "c", "d"];
    let _begun_anew = names.map(|name| stub.take(name));
    std::thread::park_timeout(Duration::from_secs(seconds));
    let [a, b, c, d] = names.map(|name| stub.take(name));
    report.ratio("requests of a tenant with 3 platforms to one with 1", ratio(a + b + c, d)?);
    Ok(())
}

fn ratio(counted: usize, to: usize) -> Result<f64> {
    Ok(f64::from(u32::try_from(counted)?) / f64::from(u32::try_from(to.max(1))?))
}

struct Declared {
    name: String,
    text: String,
}

impl Declared {
    fn simulated(name: String, script: &str) -> Self {
        let text = format!("kind = \"simulated\"\n[platform.settings]\n{script}\n");
        Self { name, text }
    }

    fn netex(name: &str, stub: &Stub, per_second: Option<usize>) -> Self {
        let pace = per_second.map_or(String::new(), |most| format!("max_per_second = {most}\n"));
        let text = format!(
            "kind = \"netex\"\n[platform.terms]\nleave_out = [\"end_sessions\"]\n{pace}[platform.settings]\n\
             url = \"http://{}\"\nprefix = \"/{name}\"\ntoken = \"file:token\"\n",
            stub.address
        );
        Self { name: name.to_owned(), text }
    }
}

/// Its name, its leavers and its platforms.
type Tenant<'a> = (&'a str, usize, &'a [Declared]);

/// Tenants whose users have an account on every platform and are all on their way out already: nothing is done
/// before a server is started.
fn company(folder: &Path, tenants: &[Tenant<'_>]) -> Result<PathBuf> {
    std::fs::create_dir_all(folder.join("tenant-2"))?;
    for secret in ["token", "tenant-2/token"] {
        std::fs::write(folder.join(secret), "bench token")?;
    }
    let store = folder.join("exeunt.db");
    drop(Server::over(&store, &[])?);
    for (tenant, users, platforms) in tenants {
        let exeunt =
            |arguments: &[&str]| exeunt(folder, &store, &[arguments, &["--tenant", *tenant]].concat());
        if *tenant != "default" {
            std::fs::write(folder.join("password"), "bench password")?;
            super::server::exeunt(folder, &store, &["tenant", "add", tenant, "--password-file", "password"])?;
        }
        let (mut declared, mut people, mut accounts) =
            (String::new(), "user_name\n".to_owned(), "user,platform,remote_id\n".to_owned());
        for Declared { name, text } in *platforms {
            write!(declared, "[[platform]]\nname = \"{name}\"\n{text}\n")?;
        }
        for number in 0..*users {
            writeln!(people, "u{number}")?;
            for Declared { name, .. } in *platforms {
                writeln!(accounts, "u{number},{name},u{number}")?;
            }
        }
        for (file, text) in [("platforms.toml", declared), ("users.csv", people), ("accounts.csv", accounts)]
        {
            std::fs::write(folder.join(file), text)?;
        }
        exeunt(&["platform", "apply", "platforms.toml"])?;
        exeunt(&["import", "--users", "users.csv", "--accounts", "accounts.csv"])?;
        let names: Vec<String> = (0..*users).map(|number| format!("u{number}")).collect();
        for names in names.chunks(AT_ONCE) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            exeunt(&[&["deactivate"], &names[..]].concat())?;
        }
    }
    Ok(store)
}
