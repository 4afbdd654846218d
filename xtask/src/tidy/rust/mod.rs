//! Rust source, read just well enough for the rules: what is code, what it quotes, where an item ends.
//!
//! Not a parser. It knows comments, literals and brackets, and nothing of the grammar.

mod lexis;

use self::lexis::{blank, opaque};

pub(super) struct Rust {
    /// The text with comments and literals blanked, byte for byte.
    pub(super) code: String,
    /// `code` with every `#[cfg(test)]` item blanked as well.
    pub(super) production: String,
    pub(super) literals: Vec<Literal>,
}

/// A string literal, without its quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) line: usize,
    pub(super) text: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) line: usize,
    pub(super) lines: usize,
}

impl Rust {
    pub(super) fn read(text: &str) -> Self {
        let (mut code, mut literals) = (String::with_capacity(text.len()), Vec::new());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let Some(opaque) = opaque(rest) else {
                code.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            };
            if let Some(content) = opaque.content {
                literals.push(Literal { line: line_at(&code, code.len()), text: rest[content].into() });
            }
            blank(&mut code, &rest[..opaque.length]);
            rest = &rest[opaque.length..];
        }
        let production = without_tests(&code);
        Self { code, production, literals }
    }

    pub(super) fn functions(&self) -> Vec<Function<'_>> {
        let starts = occurrences(&self.code, "fn");
        let function = |at: usize| {
            let name = self.code[at + 2..].trim_start();
            let name = &name[..name.find(|c| !is_name(c)).unwrap_or(name.len())];
            let (line, last) = (line_at(&self.code, at), line_at(&self.code, item_end(&self.code, at)));
            Function { name, line, lines: last - line + 1 }
        };
        // Without a name it is the type of a function.
        starts.map(function).filter(|function| !function.name.is_empty()).collect()
    }
}

/// The lines of `code` on which `phrase` stands, not as a part of longer words.
pub(super) fn mentions(code: &str, phrase: &str) -> impl Iterator<Item = usize> {
    occurrences(code, phrase).map(move |at| line_at(code, at))
}

fn occurrences(code: &str, phrase: &str) -> impl Iterator<Item = usize> {
    let (opens, closes) = (phrase.starts_with(is_name), phrase.ends_with(is_name));
    code.match_indices(phrase).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (&code[..*at], &code[at + phrase.len()..]);
        let goes_on = opens && before.ends_with(is_name) || closes && after.starts_with(is_name);
        !goes_on
    })
}

fn without_tests(code: &str) -> String {
    let mut production = String::with_capacity(code.len());
    while let Some(next) = code[production.len()..].find("#[cfg(test)]") {
        let start = production.len() + next;
        production.push_str(&code[production.len()..start]);
        blank(&mut production, &code[start..item_end(code, start)]);
    }
    production.push_str(&code[production.len()..]);
    production
}

/// Where the item that starts at `from` ends: its closing brace, or a semicolon outside of brackets.
fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0_i32;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(c, '}' | ';') {
            return from + at + 1;
        }
    }
    code.len()
}

fn line_at(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let rust = Rust::read(
            "pub fn a(f: fn(u8) -> [u8; 4]) {\n  let s = \"}\"; // }\n}\n\nfn b();\nlet offn = 1;\n",
        );
        let a = Function { name: "a", line: 1, lines: 3 };
        assert_eq!(rust.functions(), [a, Function { name: "b", line: 5, lines: 1 }]);
    }

    #[test]
    fn production_ends_where_tests_begin_and_resumes() {
        let text = "fn a() {}\n#[cfg(test)]\nuse x::{y, z};\n#[cfg(test)]\nmod tests {\n  fn t() { {} }\n}\nfn c() {}\n";
        let rust = Rust::read(text);
        assert_eq!(rust.production.len(), text.len());
        let lines: Vec<&str> = rust.production.lines().map(str::trim).collect();
        assert_eq!(lines, ["fn a() {}", "", ";", "", "", "", "", "fn c() {}"]);
    }

    #[test]
    fn a_mention_is_a_whole_word() {
        let code = "use store;\nrestore::now();\nx.store.get();\ncrate::store::open();\nuse stores;";
        assert_eq!(mentions(code, "store::").collect::<Vec<_>>(), [4]);
        assert_eq!(mentions(code, "use store").collect::<Vec<_>>(), [1]);
    }
}
