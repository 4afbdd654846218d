//! Service tokens as JSON Web Tokens: their claims, and the one algorithm that signs them, HMAC with SHA-256.
//!
//! Owns: signing and opening. Never: a clock or the store; whether a token still counts is not known here.

use domain::Error;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// Who issues them and for whom, as at the vendor.
const ISSUER: &str = "avx";

/// What a token says, under the vendor's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's name.
    pub sub: String,
    pub aud: String,
    #[serde(rename = "clientId")]
    pub client_id: String,
    pub iss: String,
    /// Seconds since 1970, as `exp`.
    pub iat: i64,
    pub exp: i64,
    #[serde(rename = "grant type")]
    pub grant_type: String,
    /// Makes two tokens of the same second differ.
    pub jti: String,
}

impl Claims {
    pub fn new(user_name: &str, client_id: &str, jti: String, (iat, exp): (i64, i64)) -> Self {
        Self {
            sub: user_name.to_owned(),
            aud: ISSUER.to_owned(),
            client_id: client_id.to_owned(),
            iss: ISSUER.to_owned(),
            iat,
            exp,
            grant_type: "client_credentials".to_owned(),
            jti,
        }
    }
}

/// Whether a secret has the form of such a token: three parts, the first a JSON object in Base64.
pub fn is_jwt(secret: &str) -> bool {
    secret.starts_with("eyJ") && secret.bytes().filter(|byte| *byte == b'.').count() == 2
}

#[derive(Clone)]
pub struct SigningKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl SigningKey {
    pub fn new(secret: &str) -> Self {
        // Once per process; that it is done already is no error.
        let _done_before = PROVIDER.install_default();
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
        }
    }

    pub fn sign(&self, claims: &Claims) -> Result<String, Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map_err(|error| Error::internal(&error))
    }

    /// The claims of a token that was signed with this key, unless it had expired at `now_ms`.
    pub fn open(&self, token: &str, now_ms: i64) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub", "aud", "iss"]);
        validation.set_audience(&[ISSUER]);
        validation.set_issuer(&[ISSUER]);
        // By our own clock, below.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok()?.claims;
        (now_ms < claims.exp.saturating_mul(1_000)).then_some(claims)
    }
}

/// The cryptography that is in this program anyway, for this algorithm and no other: a token that names another
/// is refused before its signature is looked at.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.try_get_as_bytes()?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(hmac::Key);

impl Hs256 {
    fn new(algorithm: Algorithm, secret: &[u8]) -> JwtResult<Self> {
        match algorithm {
            Algorithm::HS256 => Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret))),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        }
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        hmac::verify(&self.0, message, signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::new("0123456789abcdef0123456789abcdef")
    }

    fn claims() -> Claims {
        Claims::new("svc", "client", "1".to_owned(), (1_000, 2_800))
    }

    /// A token of these parts, signed rightly with [`key`].
    fn signed(header: &str, claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let message = format!("{}.{}", part(header), part(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"0123456789abcdef0123456789abcdef");
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        format!("{message}.{signature}")
    }

    #[test]
    fn a_token_opens_until_it_expires() {
        let token = key().sign(&claims()).unwrap();
        assert!(is_jwt(&token), "{token}");
        assert_eq!(key().open(&token, 2_799_999), Some(claims()));
        assert_eq!(key().open(&token, 2_800_000), None);
        let parts: Vec<String> = token
            .split('.')
            .take(2)
            .map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(
            parts,
            [
                r#"{"typ":"JWT","alg":"HS256"}"#,
                r#"{"sub":"svc","aud":"avx","clientId":"client","iss":"avx","iat":1000,"exp":2800,"grant type":"client_credentials","jti":"1"}"#
            ]
        );
    }

    #[test]
    fn what_was_not_signed_so_does_not_open() {
        let payload = r#"{"sub":"svc","aud":"avx","clientId":"client","iss":"avx","iat":1000,"exp":2800,"grant type":"client_credentials","jti":"1"}"#;
        let good = signed(r#"{"typ":"JWT","alg":"HS256"}"#, payload);
        assert_eq!(key().open(&good, 0), Some(claims()), "the samples below are wrong in one thing only");
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS384"}"#, r#"{"alg":"RS256"}"#, "{}", "[]"] {
            assert_eq!(key().open(&signed(header, payload), 0), None, "{header}");
        }
        for (from, to) in [
            (r#""exp":2800"#, r#""exp":"2800""#),
            (r#""exp":2800,"#, ""),
            (r#""aud":"avx""#, r#""aud":"other""#),
            (r#""iss":"avx""#, r#""iss":"other""#),
            (r#""iss":"avx","#, ""),
            (r#""sub":"svc","#, ""),
        ] {
            let token = signed(r#"{"alg":"HS256"}"#, &payload.replace(from, to));
            assert_eq!(key().open(&token, 0), None, "{to}");
        }
        let (message, _) = good.rsplit_once('.').unwrap();
        for token in
            [format!("{message}."), message.to_owned(), format!("{message}.AAAA"), format!("{good}A")]
        {
            assert_eq!(key().open(&token, 0), None, "{token}");
        }
        assert_eq!(SigningKey::new("another").open(&good, 0), None);
    }

    #[test]
    fn only_three_parts_are_a_token() {
        for secret in ["", "eyJ", "eyJ.b", "ext_a.b.c", "eyJ.b.c.d"] {
            assert!(!is_jwt(secret), "{secret}");
        }
    }
}
