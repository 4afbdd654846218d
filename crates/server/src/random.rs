//! The only room with randomness: secrets, ids and jitter come from here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ring::rand::SecureRandom;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

#[derive(Clone)]
pub struct Random {
    source: Source,
    last_id: Arc<Mutex<u128>>,
}

#[derive(Clone)]
enum Source {
    System(ring::rand::SystemRandom),
    /// The same every time: for tests.
    Seeded(Arc<AtomicU64>),
}

impl Random {
    #[expect(clippy::disallowed_methods, reason = "this is the room of randomness")]
    pub fn system() -> Self {
        Self::new(Source::System(ring::rand::SystemRandom::new()))
    }

    pub fn seeded(seed: u64) -> Self {
        Self::new(Source::Seeded(Arc::new(AtomicU64::new(seed))))
    }

    fn new(source: Source) -> Self {
        Self { source, last_id: Arc::new(Mutex::new(0)) }
    }

    /// 256 random bits as 64 hex digits.
    pub fn secret(&self) -> String {
        hex(&self.bytes::<32>())
    }

    /// A UUID v7, greater than every one this process made before.
    pub fn ordered_id(&self, now_ms: i64) -> String {
        let millis = u64::try_from(now_ms).unwrap_or(0);
        let fresh = Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid().as_u128();
        let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        *last = fresh.max(*last + 1);
        Uuid::from_u128(*last).hyphenated().to_string()
    }

    /// A UUID v4 with dashes.
    pub fn uuid(&self) -> String {
        Builder::from_random_bytes(self.bytes()).into_uuid().hyphenated().to_string()
    }

    /// A UUID v4 as 32 hex digits: a user's or a group's guid.
    pub fn guid(&self) -> String {
        Builder::from_random_bytes(self.bytes()).into_uuid().simple().to_string()
    }

    pub fn jitter(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// Random bytes, such as a salt.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.source {
            Source::System(system) => {
                // Without randomness there are no secrets: better no process than guessable ones.
                if system.fill(&mut bytes).is_err() {
                    std::process::abort();
                }
            }
            Source::Seeded(counter) => {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                for (index, byte) in (0_u8..).zip(bytes.iter_mut()) {
                    *byte =
                        Sha256::new().chain_update(number.to_le_bytes()).chain_update([index]).finalize()[0];
                }
            }
        }
        bytes
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        text
    })
}

/// How a random secret is stored and looked up.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_only_grow() {
        let random = Random::system();
        let ids: Vec<String> = (0..1_000).map(|n| random.ordered_id(1_000_000 - n)).collect();
        assert!(ids.is_sorted());
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn secrets_have_256_bits_and_differ() {
        let random = Random::system();
        assert_eq!(random.secret().len(), 64);
        assert_ne!(random.secret(), random.secret());
        assert_eq!(Random::seeded(1).secret(), Random::seeded(1).secret());
    }
}
