//! Passwords: argon2id with the parameters OWASP recommends, never on an async thread.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use domain::Error;

use crate::random::Random;

/// Shortest password for a new or changed account, in characters.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// Longest password, in bytes: hashing must not become a way to burn our time.
pub const MAX_PASSWORD_BYTES: usize = 1_024;

const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

pub struct Passwords {
    /// One hash per core at a time: each takes a core and 19 MiB for some 30 ms.
    turns: Semaphore,
    /// Verified when there is no such user, so that the answer takes as long.
    decoy: String,
}

impl Passwords {
    pub fn new(random: &Random) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let decoy = hash_now("no such user", &random.bytes())?;
        Ok(Self { turns: Semaphore::new(cores), decoy })
    }

    pub async fn hash(&self, password: &SecretString, random: &Random) -> Result<String, Error> {
        let (password, salt) = (password.clone(), random.bytes());
        self.in_turn(move || hash_now(password.expose_secret(), &salt)).await?
    }

    /// Answers whether the password is right. Takes as long when there is no hash to compare with.
    pub async fn verify(&self, password: &SecretString, hash: Option<&str>) -> Result<bool, Error> {
        if password.expose_secret().len() > MAX_PASSWORD_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let (password, hash) = (password.clone(), hash.unwrap_or(&self.decoy).to_owned());
        self.in_turn(move || {
            let Ok(parsed) = PasswordHash::new(&hash) else { return false };
            hasher().is_ok_and(|argon2| {
                argon2.verify_password(password.expose_secret().as_bytes(), &parsed).is_ok() && known
            })
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _turn = self.turns.acquire().await.map_err(|error| Error::internal(&error))?;
        tokio::task::spawn_blocking(f).await.map_err(|error| Error::internal(&error))
    }
}

/// Whether `password` may be set; `field` is named in the error.
pub fn check(field: &'static str, password: &SecretString) -> Result<(), Error> {
    let password = password.expose_secret();
    if password.chars().count() < MIN_PASSWORD_CHARS {
        return Err(Error::invalid(field, format!("must have at least {MIN_PASSWORD_CHARS} characters")));
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(Error::invalid(field, format!("must not exceed {MAX_PASSWORD_BYTES} bytes")));
    }
    Ok(())
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Error::internal(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str, salt: &[u8; 16]) -> Result<String, Error> {
    let hash: PasswordHash = hasher()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| Error::internal(&error))?;
    Ok(hash.to_string())
}
