//! The parts of Rust source in which nothing is code: comments, strings, characters.

use std::ops::Range;

/// A comment or a literal at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opaque {
    pub(super) length: usize,
    /// What stands between the quotes of a string.
    pub(super) content: Option<Range<usize>>,
}

pub(super) fn opaque(text: &str) -> Option<Opaque> {
    let silent = |length| Opaque { length, content: None };
    comment(text)
        .map(silent)
        .or_else(|| raw_string(text))
        .or_else(|| string(text))
        .or_else(|| character(text).map(silent))
}

/// Appends as many bytes as `text` has, of which only the line ends are kept.
pub(super) fn blank(code: &mut String, text: &str) {
    code.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let mut depth = 0_u32;
    let mut at = 0;
    while at < text.len() {
        match text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    Some(at)
}

fn raw_string(text: &str) -> Option<Opaque> {
    let fenced = ["br", "cr", "r"].into_iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let quoted = fenced.trim_start_matches('#');
    let content = quoted.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(fenced.len() - quoted.len()));
    let start = text.len() - content.len();
    let end = content.find(&close).map_or(text.len(), |at| start + at);
    Some(Opaque { length: text.len().min(end + close.len()), content: Some(start..end) })
}

fn string(text: &str) -> Option<Opaque> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '"' => return Some(Opaque { length: at + 2, content: Some(1..at + 1) }),
            _ => {}
        }
    }
    Some(Opaque { length: text.len(), content: Some(1..text.len()) })
}

/// Not a lifetime, which has no closing quote.
fn character(text: &str) -> Option<usize> {
    let mut characters = text.strip_prefix('\'')?.chars();
    let first = characters.next()?;
    if first == '\\' {
        let escaped = characters.next()?;
        let start = 2 + escaped.len_utf8();
        return Some(start + text[start..].find('\'')? + 1);
    }
    (characters.next()? == '\'').then_some(2 + first.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &str) -> Option<usize> {
        opaque(text).map(|opaque| opaque.length)
    }

    #[test]
    fn comments_end_with_their_line_or_their_nest() {
        assert_eq!(length("// \"a\nb"), Some(5));
        assert_eq!(length("/* a /* b */ c */ d"), Some(17));
        assert_eq!(length("/ b"), None);
        assert_eq!(length("*/ b"), None);
    }

    #[test]
    fn strings_know_their_content() {
        for (text, content) in [
            (r#""a\"b" c"#, r#"a\"b"#),
            (r##"r#"a"b"# c"##, "a\"b"),
            (r#"br"\" c"#, "\\"),
            (r#""\\" c"#, r"\\"),
        ] {
            let found = opaque(text).unwrap();
            assert_eq!(&text[found.content.unwrap()], content);
            assert_eq!(&text[found.length..], " c");
        }
        assert_eq!(length("r#type"), None);
    }

    #[test]
    fn lifetimes_are_code() {
        for (text, expected) in
            [("'a'", Some(3)), (r"'\''", Some(4)), (r"'\u{e9}'", Some(8)), ("'é'", Some(4))]
        {
            assert_eq!(length(text), expected, "{text}");
        }
        assert_eq!(length("'a, 'b>"), None);
    }
}
