//! Passwords as clients of this face send them: Base64 of UTF-8. Never logs one, never puts one in an error.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::SecretString;

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Nothing if it is not what a client must send.
pub(super) fn decode(sent: &str) -> Option<SecretString> {
    let bytes = BASE64.decode(sent.trim()).ok()?;
    String::from_utf8(bytes).ok().map(SecretString::from)
}
