//! A real OpenLDAP server for one test: its own folder, ports and authority, gone when the test is.
//!
//! What a test wants to know of it, it asks with OpenLDAP's own programs, not with the connector.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use connectors::Connector;
use connectors::conformance::opened;
use domain::PlatformKind;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::authority::Authority;

pub(crate) const SUFFIX: &str = "dc=example,dc=com";
pub(crate) const SERVICE: &str = "cn=exeunt,dc=example,dc=com";
pub(crate) const PASSWORD: &str = "correct-horse-9";
const ROOT: &str = "cn=root,dc=example,dc=com";
const ROOT_PASSWORD: &str = "the-root-of-all";
const MODULES: [&str; 3] = ["/usr/lib/ldap", "/usr/lib/openldap", "/usr/lib64/openldap"];
const STARTS_WITHIN: Duration = Duration::from_secs(20);

/// What differs from server to server.
#[derive(Default)]
pub(crate) struct Shape {
    pub(crate) people: usize,
    /// Lines for the database, such as `limits` and overlays.
    pub(crate) database: &'static str,
    /// Lines that come before the usual rights.
    pub(crate) rights: &'static str,
    /// Entries besides the people, as LDIF; loaded over the network, so that overlays see them.
    pub(crate) entries: String,
}

pub(crate) struct Slapd {
    folder: TempDir,
    child: Child,
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    pub(crate) authority: Authority,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn person(number: usize) -> String {
    format!("uid=u{number:04},ou=people,{SUFFIX}")
}

/// The entryUUID of a person.
pub(crate) fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

impl Slapd {
    pub(crate) fn start(shape: &Shape) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = Authority::new("the example's authority");
        authority.write_server(folder.path());
        fs::create_dir(folder.path().join("data")).expect("a folder");
        fs::write(folder.path().join("slapd.conf"), configuration(folder.path(), shape)).expect("a file");
        fs::write(folder.path().join("password"), PASSWORD).expect("a file");
        // A copy, because some machines let Debian's own see nothing but its usual folders.
        fs::copy(program("slapd"), folder.path().join("slapd")).expect("a copy");
        load(folder.path(), shape.people);
        for _ in 0..5 {
            let (port, tls_port) = (free_port(), free_port());
            if let Some(child) = serve(folder.path(), port, tls_port) {
                let slapd = Self { folder, child, port, tls_port, authority };
                slapd.add(&shape.entries);
                return slapd;
            }
        }
        panic!("slapd does not start: {}", fs::read_to_string(folder.path().join("log")).unwrap_or_default());
    }

    /// Settings that work, over `ldap://` in the clear, and that `more` is put upon.
    pub(crate) fn settings(&self, more: &Value) -> Value {
        let mut settings = json!({
            "url": format!("ldap://127.0.0.1:{}", self.port),
            "plaintext": true,
            "bind": { "dn": SERVICE, "password": "file:password" },
            "base": SUFFIX,
            "user_base": format!("ou=people,{SUFFIX}"),
        });
        for (field, value) in more.as_object().expect("an object") {
            settings[field] = value.clone();
        }
        settings
    }

    pub(crate) fn connector(&self, more: &Value) -> Arc<dyn Connector> {
        self.opened(&self.settings(more))
    }

    pub(crate) fn opened(&self, settings: &Value) -> Arc<dyn Connector> {
        opened(PlatformKind::Ldap, &settings.to_string(), Some(self.folder())).expect("settings")
    }

    /// Where secrets of the platform lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The values of one attribute of one entry.
    pub(crate) fn values(&self, dn: &str, attribute: &str) -> Vec<String> {
        let output =
            self.tool("ldapsearch", &["-LLL", "-o", "ldif-wrap=no", "-s", "base", "-b", dn, attribute], "");
        let text = String::from_utf8(output.stdout).expect("LDIF");
        let prefix = format!("{attribute}: ");
        text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
    }

    /// The names of all entries that fit.
    pub(crate) fn names(&self, filter: &str) -> Vec<String> {
        let arguments = ["-LLL", "-o", "ldif-wrap=no", "-E", "pr=500/noprompt", "-b", SUFFIX, filter, "1.1"];
        let output = self.tool("ldapsearch", &arguments, "");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("LDIF");
        text.lines().filter_map(|line| line.strip_prefix("dn: ")).map(str::to_owned).collect()
    }

    pub(crate) fn exists(&self, dn: &str) -> bool {
        self.tool("ldapsearch", &["-LLL", "-s", "base", "-b", dn, "1.1"], "").status.success()
    }

    /// Whether somebody may sign in.
    pub(crate) fn admits(&self, dn: &str, password: &str) -> bool {
        let url = format!("ldap://127.0.0.1:{}", self.port);
        let arguments = ["-x", "-H", &url, "-D", dn, "-w", password];
        run(Command::new(program("ldapwhoami")).args(arguments), "").status.success()
    }

    pub(crate) fn add(&self, ldif: &str) {
        self.change("ldapadd", ldif);
    }

    pub(crate) fn modify(&self, ldif: &str) {
        self.change("ldapmodify", ldif);
    }

    pub(crate) fn delete(&self, dn: &str) {
        self.change_with("ldapdelete", &[dn], "");
    }

    fn change(&self, program: &str, ldif: &str) {
        if !ldif.is_empty() {
            self.change_with(program, &[], ldif);
        }
    }

    fn change_with(&self, program: &str, arguments: &[&str], input: &str) {
        let output = self.tool(program, arguments, input);
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn tool(&self, name: &str, arguments: &[&str], input: &str) -> Output {
        let url = format!("ldap://127.0.0.1:{}", self.port);
        let who = ["-x", "-H", &url, "-D", ROOT, "-w", ROOT_PASSWORD];
        run(Command::new(program(name)).args(who).args(arguments), input)
    }
}

fn configuration(folder: &Path, shape: &Shape) -> String {
    let at = folder.display();
    let modules = MODULES.into_iter().find(|path| Path::new(path).is_dir()).expect("the modules of slapd");
    let Shape { database, rights, .. } = shape;
    let leavers = format!("ou=leavers,{SUFFIX}");
    let mut text = String::new();
    for schema in ["core", "cosine", "nis", "inetorgperson"] {
        writeln!(text, "include /etc/ldap/schema/{schema}.schema").expect("text");
    }
    for module in ["back_mdb", "ppolicy", "memberof", "refint"] {
        writeln!(text, "moduleload {modules}/{module}.so").expect("text");
    }
    // The rights are those of docs/connectors/ldap.md.
    write!(
        text,
        r#"
pidfile {at}/pid
TLSCACertificateFile {at}/ca.pem
TLSCertificateFile {at}/server.pem
TLSCertificateKeyFile {at}/server.key
TLSVerifyClient try
authz-regexp "cn=exeunt,o=example" "{SERVICE}"
database mdb
suffix "{SUFFIX}"
rootdn "{ROOT}"
rootpw {ROOT_PASSWORD}
directory {at}/data
maxsize 134217728
dbnosync
index objectClass,uid,mail,employeeNumber,entryUUID,member,uniqueMember,memberUid,manager,owner,secretary eq
{rights}
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=people,{SUFFIX}" attrs=entry,children,uid,pwdAccountLockedTime,description,manager,secretary
  by dn.exact="{SERVICE}" write by users read
access to dn.subtree="{leavers}" attrs=entry,children,uid,pwdAccountLockedTime,description,manager,secretary
  by dn.exact="{SERVICE}" write by users read
access to dn.subtree="ou=groups,{SUFFIX}" attrs=member,uniqueMember,memberUid,owner
  by dn.exact="{SERVICE}" write by users read
access to * by users read
{database}
overlay ppolicy
ppolicy_default "cn=policy,{SUFFIX}"
"#
    )
    .expect("text");
    text
}

/// The directory as it is before the test: loaded from a file, because that is quick.
fn load(folder: &Path, people: usize) {
    let mut ldif = format!(
        "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n\
         dn: {SERVICE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: exeunt\n\
         userPassword: {PASSWORD}\n\n\
         dn: cn=policy,{SUFFIX}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: policy\n\
         pwdAttribute: userPassword\npwdLockout: TRUE\n\n"
    );
    for unit in ["people", "groups", "leavers"] {
        write!(ldif, "dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n")
            .expect("text");
    }
    for number in 0..people {
        let (dn, id) = (person(number), id(number));
        write!(
            ldif,
            "dn: {dn}\nobjectClass: inetOrgPerson\nuid: u{number:04}\ncn: Person {number}\nsn: {number}\n\
             mail: u{number:04}@example.com\nemployeeNumber: {number}\nuserPassword: secret-{number}\n\
             entryUUID: {id}\n\n"
        )
        .expect("text");
    }
    let config = folder.join("slapd.conf");
    // The program is told what it is by its name.
    let mut add = Command::new(program("slapadd"));
    let output = run(add.args(["-q", "-f"]).arg(config), &ldif);
    assert!(output.status.success(), "slapadd: {}", String::from_utf8_lossy(&output.stderr));
}

/// None where it ended at once, as it does when somebody else took the port.
fn serve(folder: &Path, port: u16, tls_port: u16) -> Option<Child> {
    let log = fs::File::create(folder.join("log")).expect("a file");
    let urls = format!("ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/");
    let mut slapd = Command::new(folder.join("slapd"));
    slapd.args(["-d", "0", "-h", &urls, "-f"]).arg(folder.join("slapd.conf"));
    let mut child = slapd.stdout(Stdio::null()).stderr(log).spawn().expect("slapd starts");
    let pause = Duration::from_millis(20);
    for _ in 0..STARTS_WITHIN.as_millis() / pause.as_millis() {
        if child.try_wait().expect("a child").is_some() {
            return None;
        }
        if TcpStream::connect(("127.0.0.1", tls_port)).is_ok() {
            return Some(child);
        }
        nap(pause);
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

#[expect(clippy::disallowed_methods, reason = "nothing tells when slapd listens")]
fn nap(pause: Duration) {
    std::thread::sleep(pause);
}

fn run(command: &mut Command, input: &str) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    let input = input.to_owned();
    // What is printed meanwhile must be read, else neither side goes on.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join();
    output
}

fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers where only root's PATH leads.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "there is no `{name}` here: `cargo xtask test` installs Debian's packages slapd and ldap-utils"
        )
    })
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr()).expect("a free port").port()
}
