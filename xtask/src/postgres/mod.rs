//! A throw-away PostgreSQL for the tests: its own directory, port and certificate, gone when we are.
//!
//! `fsync` stays on, because the tests are about durability.

mod certificate;
mod guard;
mod programs;

use std::fs::{self, Permissions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use self::guard::Guard;
pub(crate) use self::programs::Programs;
use crate::{Result, command};

/// Everybody is trusted, except whoever a test puts into one of these roles: they sign in as in production.
const ACCESS: &str = "\
host    all +exeunt_by_password    all scram-sha-256
hostssl all +exeunt_by_certificate all cert
host    all +exeunt_by_certificate all reject
";
pub(crate) struct Cluster {
    home: PathBuf,
    port: u16,
    _guard: Guard,
}

/// `cargo xtask postgres`.
pub(crate) fn run() -> Result {
    let cluster = Cluster::start(&Programs::find_or_install()?)?;
    for (name, value) in cluster.environment() {
        println!("export {name}={value}");
    }
    eprintln!("PostgreSQL runs until Ctrl-C.");
    loop {
        std::thread::park();
    }
}

impl Cluster {
    pub(crate) fn start(programs: &Programs) -> Result<Self> {
        let home = tempfile::Builder::new().prefix("exeunt-postgres-").tempdir_in(programs.temporary())?;
        // Open to all whatever the umask: tests read the CA, and the server may be another user than we.
        fs::set_permissions(home.path(), Permissions::from_mode(0o755))?;
        programs.own(home.path())?;
        let guard = Guard::of(programs, home.path())?;
        let cluster = Self { home: home.keep(), port: free_port()?, _guard: guard };
        cluster.initialize(programs)?;
        cluster.serve(programs)?;
        Ok(cluster)
    }

    /// What tests need to know.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        let url = format!("postgres://postgres@127.0.0.1:{}", self.port);
        let ca = self.home.join(certificate::CA).display().to_string();
        [("EXEUNT_TEST_POSTGRES", url), ("EXEUNT_TEST_POSTGRES_CA", ca)]
    }

    fn initialize(&self, programs: &Programs) -> Result {
        let data = self.home.join("data");
        // `--no-sync` spares the flush of the initial files only.
        let arguments =
            ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        command::read(programs.command("initdb").args(arguments).arg("--pgdata").arg(&data))?;
        certificate::write(programs, &self.home)?;
        let access = data.join("pg_hba.conf");
        fs::write(&access, [ACCESS, &fs::read_to_string(&access)?].concat())?;
        let mut settings = fs::File::options().append(true).open(data.join("postgresql.conf"))?;
        settings.write_all(self.settings().as_bytes())?;
        Ok(())
    }

    fn settings(&self) -> String {
        let (home, port) = (self.home.display(), self.port);
        let (certificate, key, ca) = (certificate::SERVER, certificate::KEY, certificate::CA);
        format!(
            "listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{home}'
max_connections = 200
max_prepared_transactions = 8
ssl = on
ssl_cert_file = '{home}/{certificate}'
ssl_key_file = '{home}/{key}'
ssl_ca_file = '{home}/{ca}'
"
        )
    }

    fn serve(&self, programs: &Programs) -> Result {
        let log = self.home.join("log");
        let mut start = programs.command("pg_ctl");
        start.args(["start", "--wait", "--silent", "--pgdata"]).arg(self.home.join("data"));
        command::read(start.arg("--log").arg(&log)).map(drop).map_err(|error| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            format!("{error}\n{log}").into()
        })
    }
}

/// Free a moment ago: PostgreSQL cannot choose a port itself.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
