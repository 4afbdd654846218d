//! Passwords on their way in: from a file, from standard input, or asked for at a terminal. Never from a flag.

use std::path::Path;

use secrecy::SecretString;

use super::failure::Failure;

/// The first line of a file.
pub(super) fn from_file(path: &Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
    Ok(first_line(&text))
}

fn first_line(text: &str) -> SecretString {
    SecretString::from(text.lines().next().unwrap_or_default())
}
