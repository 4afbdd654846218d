//! TLS towards a platform: verified always, by the system's authorities and the platform's own.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret;

use super::{Connection, is_pem};
use crate::{SettingsError, Vault};

/// Our own certificate and its key.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

pub(super) fn config(connection: &Connection, vault: &Vault) -> Result<ClientConfig, SettingsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::new("connection", error.to_string()))?
        .with_root_certificates(roots(connection, vault)?);
    match identity(connection, vault)? {
        None => Ok(builder.with_no_client_auth()),
        Some(Identity { chain, key }) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| SettingsError::new("connection.client_key", error.to_string())),
    }
}

/// A machine without authorities of its own still trusts the platform's.
fn roots(connection: &Connection, vault: &Vault) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(ca) = &connection.ca {
        let bad = |message: String| SettingsError::new("connection.ca", message);
        let pem = if is_pem(ca) {
            ca.clone()
        } else {
            vault.reveal("connection.ca", ca)?.expose_secret().to_owned()
        };
        for certificate in certificates("connection.ca", &pem)? {
            roots.add(certificate).map_err(|error| bad(error.to_string()))?;
        }
    }
    Ok(roots)
}

fn identity(connection: &Connection, vault: &Vault) -> Result<Option<Identity>, SettingsError> {
    let (Some(certificate), Some(key)) = (&connection.client_certificate, &connection.client_key) else {
        return Ok(None);
    };
    let certificate = vault.reveal("connection.client_certificate", certificate)?;
    let chain = certificates("connection.client_certificate", certificate.expose_secret())?;
    let pem = vault.reveal("connection.client_key", key)?;
    let key = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes())
        // What the parser says could show the key.
        .map_err(|_| SettingsError::new("connection.client_key", "is not a private key in PEM"))?;
    Ok(Some(Identity { chain, key }))
}

fn certificates(field: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let bad = |message: String| SettingsError::new(field, message);
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| bad(error.to_string()))?;
    if found.is_empty() { Err(bad("holds no certificate".to_owned())) } else { Ok(found) }
}
