//! Secrets, by reference only: `env:NAME` or `file:PATH`. What they refer to is read when a connector is opened.
//!
//! Whoever declares platforms must not read the server's files and variables by it, or another tenant's secrets:
//! variables are the first tenant's and have a prefix, files lie in a folder of the tenant's own.

use std::path::{Component, Path, PathBuf};

use domain::TenantId;
use secrecy::SecretString;

use crate::SettingsError;

/// What a variable's name must begin with.
pub const ENV_PREFIX: &str = "EXEUNT_SECRET_";
/// Longest secret.
const MAX_SECRET_BYTES: u64 = 64 * 1024;
const FIRST_TENANT: TenantId = TenantId(1);
/// What the name of a further tenant's folder begins with; its number follows.
const TENANT_FOLDER: &str = "tenant-";

/// Where one tenant's secrets are.
#[derive(Clone, Debug)]
pub struct Vault {
    folder: Option<PathBuf>,
    tenant: TenantId,
}

impl Vault {
    /// `folder` is the server's folder of secrets: the first tenant's own, `tenant-N` in it that of tenant N.
    pub fn new(folder: Option<&Path>, tenant: TenantId) -> Self {
        let own = |folder: &Path| match tenant {
            FIRST_TENANT => folder.to_owned(),
            TenantId(number) => folder.join(format!("{TENANT_FOLDER}{number}")),
        };
        Self { folder: folder.map(own), tenant }
    }

    /// The text that `reference` stands for; line ends at its end are left out.
    pub fn reveal(&self, field: &str, reference: &str) -> Result<SecretString, SettingsError> {
        let text = match parse(field, reference)? {
            Reference::Variable(name) if self.tenant == FIRST_TENANT => {
                std::env::var(name).map_err(|_| format!("the variable {name} is not set or not text"))
            }
            Reference::Variable(_) => Err("variables are for the first tenant: use file:PATH".to_owned()),
            Reference::File(path) if self.tenant == FIRST_TENANT && is_another_tenants(path) => {
                Err("what begins with tenant- are the other tenants' folders".to_owned())
            }
            Reference::File(path) => self.read(path),
        };
        let text = text.map_err(|message| SettingsError::new(field, message))?;
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(SettingsError::new(field, format!("{reference} is empty")));
        }
        Ok(SecretString::from(text))
    }

    fn read(&self, path: &Path) -> Result<String, String> {
        let folder = self.folder.as_ref().ok_or("the server has no folder of secrets (--secrets)")?;
        let full = folder.join(path);
        let bad = |error: std::io::Error| format!("{}: {error}", path.display());
        let found = std::fs::metadata(&full).map_err(bad)?;
        // Reading a pipe would last until somebody writes.
        if !found.is_file() {
            return Err(format!("{}: not a file", path.display()));
        }
        let length = found.len();
        if length > MAX_SECRET_BYTES {
            return Err(format!("{}: longer than {MAX_SECRET_BYTES} bytes", path.display()));
        }
        std::fs::read_to_string(&full).map_err(bad)
    }
}

enum Reference<'a> {
    Variable(&'a str),
    File(&'a Path),
}

/// Whether it has the form of a reference; what it refers to is not looked at.
pub fn check(field: &str, reference: &str) -> Result<(), SettingsError> {
    parse(field, reference).map(|_| ())
}

fn parse<'a>(field: &str, reference: &'a str) -> Result<Reference<'a>, SettingsError> {
    let bad = |message: String| Err(SettingsError::new(field, message));
    match reference.split_once(':') {
        Some(("env", name)) if name.len() > ENV_PREFIX.len() && name.starts_with(ENV_PREFIX) => {
            Ok(Reference::Variable(name))
        }
        Some(("env", _)) => bad(format!("the variable's name must begin with {ENV_PREFIX}")),
        Some(("file", path)) if below(Path::new(path)) => Ok(Reference::File(Path::new(path))),
        Some(("file", _)) => bad("must be a path within the folder of secrets".to_owned()),
        // The value is not repeated: it may be the secret itself.
        _ => bad("must be a reference, env:NAME or file:PATH".to_owned()),
    }
}

/// The first tenant's folder holds those of the others, also where a file system does not mind the case.
fn is_another_tenants(path: &Path) -> bool {
    let first = path.components().next().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    first.is_some_and(|first| first.starts_with(TENANT_FOLDER))
}

fn below(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn only_a_tenants_own_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("tenant-2")).expect("a folder");
        std::fs::write(folder.path().join("token"), "first\n").expect("a file");
        std::fs::write(folder.path().join("tenant-2/token"), "second\r\n").expect("a file");
        for (tenant, expected) in [(1, "first"), (2, "second")] {
            let vault = Vault::new(Some(folder.path()), TenantId(tenant));
            let secret = vault.reveal("token", "file:token").expect("a secret");
            assert_eq!(secret.expose_secret(), expected);
        }
        let first = Vault::new(Some(folder.path()), TenantId(1));
        for reference in ["file:tenant-2/token", "file:Tenant-2/token", "file:tenant-2"] {
            let error = first.reveal("token", reference).expect_err(reference);
            assert!(error.message.contains("other tenants"), "{error}");
        }
        let second = Vault::new(Some(folder.path()), TenantId(2));
        for reference in
            ["file:../token", "file:/etc/passwd", "file:", "env:HOME", "env:EXEUNT_SECRET_", "hunter2"]
        {
            let error = second.reveal("token", reference).expect_err(reference);
            assert_eq!(error.field, "token");
            assert!(!error.message.contains("hunter2"), "{error}");
        }
        let error = second.reveal("token", "env:EXEUNT_SECRET_OTHERS").expect_err("another tenant's");
        assert!(error.message.contains("first tenant"), "{error}");
    }
}
