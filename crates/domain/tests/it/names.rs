//! Which names are one name.

use domain::NameKey;
use proptest::prelude::*;

proptest! {
    /// A client may change case and separators at will and still means the same user.
    #[test]
    fn case_and_separators_do_not_matter(name in "[ -~]{0,40}", swaps in prop::collection::vec(any::<bool>(), 40)) {
        let retyped: String = name
            .chars()
            .zip(swaps)
            .map(|(c, swap)| match c {
                '\\' | '/' => if swap { '\\' } else { '/' },
                c if swap => c.to_ascii_uppercase(),
                c => c.to_ascii_lowercase(),
            })
            .collect();
        prop_assert_eq!(NameKey::new(&retyped), NameKey::new(&name));
    }

    /// A key is stored and compared as it is: making a key of a key changes nothing.
    #[test]
    fn a_key_is_its_own_key(name in any::<String>()) {
        let key = NameKey::new(&name);
        prop_assert_eq!(NameKey::new(key.as_str()), key);
    }
}
