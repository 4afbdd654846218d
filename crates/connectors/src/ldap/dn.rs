//! Distinguished names as text (RFC 4514). Whether two of them are the same is for the server to say.

/// The places of the commas that are no part of a value.
fn commas(dn: &str) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    dn.char_indices().filter_map(move |(place, c)| {
        let separates = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        separates.then_some(place)
    })
}

/// An entry's own name, and that of the entry above it.
pub(super) fn split(dn: &str) -> Option<(&str, &str)> {
    let comma = commas(dn).next()?;
    Some((&dn[..comma], dn[comma + 1..].trim_start()))
}

/// How far down it is: entries are deleted from the lowest up.
pub(super) fn depth(dn: &str) -> usize {
    commas(dn).count()
}

/// Whether it is `above` or below it, as far as that can be seen from the texts.
pub(super) fn is_below(dn: &str, above: &str) -> bool {
    let plain = |dn: &str| dn.split(',').map(str::trim).collect::<Vec<_>>().join(",").to_lowercase();
    let (dn, above) = (plain(dn), plain(above));
    dn == above || dn.ends_with(&format!(",{above}"))
}

/// The value of an entry's own name, to be shown to people.
pub(super) fn shown(dn: &str) -> String {
    let own = split(dn).map_or(dn, |(own, _)| own);
    let mut rest = own.split_once('=').map_or(own, |(_, value)| value);
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some(backslash) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..backslash]);
        let escaped = &rest[backslash + 1..];
        let hex = escaped.get(..2).filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let taken = if let Some(byte) = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            2
        } else {
            let taken = escaped.chars().next().map_or(0, char::len_utf8);
            bytes.extend_from_slice(&escaped.as_bytes()[..taken]);
            taken
        };
        rest = &escaped[taken..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_values_do_not_separate() {
        assert_eq!(split("cn=Smith\\, John,ou=people, dc=x"), Some(("cn=Smith\\, John", "ou=people, dc=x")));
        assert_eq!(split("cn=back\\\\,dc=x"), Some(("cn=back\\\\", "dc=x")));
        assert_eq!(split("dc=x"), None);
        assert_eq!(depth("cn=Smith\\, John,ou=people,dc=x"), 2);
    }

    #[test]
    fn case_and_blanks_make_no_difference() {
        assert!(is_below("ou=Leavers, DC=x", "dc=x"));
        assert!(is_below("dc=x", "DC=x"));
        assert!(!is_below("ou=leavers,dc=xx", "dc=x"));
    }

    #[test]
    fn values_are_shown_as_people_know_them() {
        for (dn, name) in [
            ("cn=Smith\\, John,dc=x", "Smith, John"),
            ("cn=Smith\\2C John,dc=x", "Smith, John"),
            ("cn=J\\C3\\BCrgen,dc=x", "Jürgen"),
            ("cn=J\u{fc}rgen,dc=x", "Jürgen"),
            ("cn=a\\\\b,dc=x", "a\\b"),
            ("cn=1\\+5\\, ok,dc=x", "1+5, ok"),
            ("dc=x", "x"),
        ] {
            assert_eq!(shown(dn), name, "{dn}");
        }
    }
}
