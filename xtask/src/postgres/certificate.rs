//! The cluster's certificate, a client's, and the authority that signed them: TLS clients refuse one that signs itself.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};

use super::Programs;
use crate::Result;

pub(super) const CA: &str = "ca.pem";
pub(super) const SERVER: &str = "server.pem";
pub(super) const KEY: &str = "server.key";
/// For the role of this name, beside the authority's certificate; the key likewise.
const CLIENT: &str = "exeunt_client";

pub(super) fn write(programs: &Programs, home: &Path) -> Result {
    let authority = authority()?;
    let key = KeyPair::generate()?;
    let server = server()?.signed_by(&key, &authority)?;
    let client_key = KeyPair::generate()?;
    let client = client()?.signed_by(&client_key, &authority)?;
    let (client_name, client_key_name) = (format!("{CLIENT}.pem"), format!("{CLIENT}.key"));
    for (name, pem) in [
        (CA, authority.pem()),
        (SERVER, server.pem()),
        (&client_name, client.pem()),
        (&client_key_name, client_key.serialize_pem()),
    ] {
        let path = home.join(name);
        fs::write(&path, pem)?;
        fs::set_permissions(&path, Permissions::from_mode(0o644))?;
    }
    // PostgreSQL takes a key only from a file that is its own and closed to others.
    let path = home.join(KEY);
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(key.serialize_pem().as_bytes())?;
    Ok(programs.own(&path)?)
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Exeunt test authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?)
}

fn server() -> Result<CertificateParams> {
    let mut server = CertificateParams::new(["localhost".into(), "127.0.0.1".into()])?;
    server.distinguished_name.push(DnType::CommonName, "Exeunt test server");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(server)
}

fn client() -> Result<CertificateParams> {
    let mut client = CertificateParams::new([])?;
    // PostgreSQL takes the common name for the role's.
    client.distinguished_name = DistinguishedName::new();
    client.distinguished_name.push(DnType::CommonName, CLIENT);
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(client)
}
