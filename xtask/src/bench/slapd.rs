//! OpenLDAP's server to measure beside: its embedded database with its durable default, an fdatasync a change.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::ldap::Ldap;
use super::now;
use crate::{Result, openldap};

pub(super) const PEOPLE: &str = "ou=people,dc=example,dc=com";
const SUFFIX: &str = "dc=example,dc=com";
const ROOT: &str = "cn=root,dc=example,dc=com";
const PASSWORD: &str = "bench password";
const MODULES: [&str; 3] = ["/usr/lib/ldap", "/usr/lib/openldap", "/usr/lib64/openldap"];
const STARTS_WITHIN: Duration = Duration::from_secs(20);

pub(super) struct Slapd {
    child: Child,
    port: u16,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Slapd {
    /// A directory with that many people in it.
    pub(super) fn start(folder: &Path, people: usize) -> Result<Self> {
        openldap::find_or_install()?;
        fs::create_dir_all(folder.join("data"))?;
        fs::write(folder.join("slapd.conf"), configuration(folder)?)?;
        fs::write(folder.join("people.ldif"), entries(people)?)?;
        let program = openldap::find("slapd").ok_or("no `slapd`")?;
        // Copies, because some machines let Debian's own see nothing but its usual folders. The program is told
        // what it is by its name.
        for name in ["slapd", "slapadd"] {
            fs::copy(&program, folder.join(name))?;
        }
        let mut load = Command::new(folder.join("slapadd"));
        load.arg("-q").arg("-f").arg(folder.join("slapd.conf")).arg("-l").arg(folder.join("people.ldif"));
        if !load.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
            return Err("slapadd failed".into());
        }
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut serve = Command::new(folder.join("slapd"));
        serve.args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}/"), "-f"]);
        serve.arg(folder.join("slapd.conf")).stdout(Stdio::null());
        let slapd = Self { child: serve.stderr(File::create(folder.join("log"))?).spawn()?, port };
        let begun = now();
        while slapd.client().is_err() {
            if begun.elapsed() > STARTS_WITHIN {
                return Err(
                    format!("slapd does not start: {}", fs::read_to_string(folder.join("log"))?).into()
                );
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Ok(slapd)
    }

    pub(super) fn client(&self) -> Result<Ldap> {
        Ldap::connect(self.port, ROOT, PASSWORD)
    }
}

pub(super) fn person(name: &str) -> String {
    format!("uid={name},{PEOPLE}")
}

fn configuration(folder: &Path) -> Result<String> {
    let at = folder.display();
    let modules = MODULES.into_iter().find(|path| Path::new(path).is_dir()).ok_or("no modules of slapd")?;
    let mut text = String::new();
    for schema in ["core", "cosine", "inetorgperson"] {
        writeln!(text, "include /etc/ldap/schema/{schema}.schema")?;
    }
    write!(
        text,
        "moduleload {modules}/back_mdb.so\npidfile {at}/pid\ndatabase mdb\nsuffix \"{SUFFIX}\"\nrootdn \"{ROOT}\"\n\
         rootpw \"{PASSWORD}\"\ndirectory {at}/data\nmaxsize 4294967296\nindex objectClass,uid,mail,entryUUID eq\n"
    )?;
    Ok(text)
}

fn entries(people: usize) -> Result<String> {
    let mut ldif = format!(
        "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n\
         dn: {PEOPLE}\nobjectClass: organizationalUnit\nou: people\n\n"
    );
    for number in 0..people {
        let dn = person(&format!("u{number}"));
        writeln!(
            ldif,
            "dn: {dn}\nobjectClass: inetOrgPerson\nuid: u{number}\ncn: u{number}\nsn: u{number}\n\
             mail: u{number}@example.com\n"
        )?;
    }
    Ok(ldif)
}
