use super::dice::Dice;

/// What means something to one of the readers.
const WORDS: &[&str] = &[
    "%",
    "%00",
    "%25",
    "%27",
    "%2F",
    "%5C",
    "%zz",
    "%C0%80",
    "%FF",
    "+",
    "'",
    "''",
    "')",
    "',",
    "='",
    "byName(",
    "byName(userName='",
    "',userGroupName='",
    "(",
    ")",
    "/",
    "//",
    "/..",
    "\\",
    "?",
    "&",
    ";",
    "=",
    "#",
    ":",
    ",",
    " ",
    "\t",
    "\n",
    "\0",
    "é",
    "日",
    "\u{10ffff}",
    "\u{feff}",
    "<",
    ">",
    "</",
    "/>",
    "<!DOCTYPE r [",
    "<!ENTITY x \"y\">",
    "&x;",
    "&#0;",
    "&#x10FFFF;",
    "&lt;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version=\"1.0\"?>",
    " a=\"\"",
    " xmlns:n=\"u\"",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\u0000",
    "\\ud800",
    "{}",
    "[]",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1e999",
    "1.5",
    "99999999999999999999",
    "\"a\":1,",
    ",}",
    "/**/",
    "QSDK ",
    "Bearer ",
    "Basic ",
    "application/json",
    "application/xml",
    "*/*",
    ";q=0.5",
    "gwsource=web",
    "name:eq:",
    "admin",
    "leaver",
    "payload",
    "userName",
];

/// Most bytes that one turn of damage adds.
const LONGEST: usize = 4_096;

/// Damages `bytes` a few times over; `other` lends parts of itself.
pub(super) fn damage(dice: &Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=dice.below(4) {
        once(dice, bytes, other);
    }
}

fn once(dice: &Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = dice.below(bytes.len() + 1);
    let end = at + dice.below(bytes.len() - at + 1);
    match dice.below(9) {
        0 | 1 => {
            let word = dice.pick(WORDS).bytes();
            bytes.splice(at..at, word);
        }
        2 => {
            let word = dice.pick(WORDS).bytes();
            bytes.splice(at..end, word);
        }
        3 => drop(bytes.drain(at..end)),
        4 if at < bytes.len() => bytes[at] = dice.byte(),
        5 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        6 => {
            let part = bytes[at..end].to_vec();
            let times = dice.below(LONGEST / (part.len() + 1) + 1);
            bytes.splice(at..at, part.repeat(times.min(64)));
        }
        7 => {
            let from = dice.below(other.len() + 1);
            let to = from + dice.below(other.len() - from + 1);
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => bytes.truncate(at),
    }
}

/// As [`damage`], for what must stay text.
pub(super) fn damage_text(dice: &Dice, text: &str, other: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    damage(dice, &mut bytes, other.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
