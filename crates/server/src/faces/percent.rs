//! Strict percent-decoding: a broken sequence is an error, and `+` is a plus.

use domain::Error;

/// Decodes `raw` once; `field` is named in the error.
pub(super) fn decode(field: &'static str, raw: &str) -> Result<String, Error> {
    if raw.split('%').skip(1).any(|after| !begins_with_two_hex_digits(after)) {
        return Err(Error::invalid(field, "holds a broken percent sequence"));
    }
    let decoded = percent_encoding::percent_decode_str(raw).decode_utf8();
    decoded.map(Into::into).map_err(|_| Error::invalid(field, "is not UTF-8 after percent-decoding"))
}

fn begins_with_two_hex_digits(text: &str) -> bool {
    text.as_bytes().get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decodes_once_and_keeps_plus() {
        assert_eq!(decode("path", "a+b%20c%5Cd%2541").unwrap(), "a+b c\\d%41");
        assert_eq!(decode("path", "Zo%C3%AB").unwrap(), "Zoë");
    }

    #[test]
    fn broken_sequences_and_bad_utf8_name_the_field() {
        for raw in ["%", "%4", "%zz", "a%4", "%%41", "%é0"] {
            assert_eq!(
                decode("path", raw),
                Err(Error::invalid("path", "holds a broken percent sequence")),
                "{raw}"
            );
        }
        assert!(decode("path", "%C3").is_err());
        assert!(decode("path", "%ED%A0%80").is_err(), "a lone surrogate");
    }
    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in any::<String>()) {
            let raw = utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
            prop_assert_eq!(decode("path", &raw), Ok(text));
        }

        #[test]
        fn never_panics(text in any::<String>(), likely in "[%0-9a-fA-Fzé+]{0,40}") {
            let _ = decode("path", &text);
            let _ = decode("path", &likely);
        }
    }
}
