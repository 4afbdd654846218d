//! Passwords on their way in: from a file, from standard input, or asked for at a terminal without echo.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use console::Term;
use secrecy::{ExposeSecret, SecretString};

use super::failure::Failure;

/// The first line of a file.
pub(super) fn from_file(path: &Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default()))
}

/// From the file if one is named, else asked for twice at a terminal, else the first line of standard input.
pub(super) fn obtain(file: Option<&Path>, whose: &str) -> Result<SecretString, Failure> {
    if let Some(path) = file {
        return from_file(path);
    }
    if std::io::stdin().is_terminal() {
        return ask(whose);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::failed)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}

fn ask(whose: &str) -> Result<SecretString, Failure> {
    let terminal = Term::stderr();
    let ask = |prompt: &str| {
        terminal.write_str(prompt).and_then(|()| terminal.read_secure_line()).map(SecretString::from)
    };
    let password = ask(&format!("password of {whose}: ")).map_err(Failure::failed)?;
    let again = ask("once more: ").map_err(Failure::failed)?;
    if password.expose_secret() != again.expose_secret() {
        return Err(Failure::Failed("the two passwords differ".to_owned()));
    }
    Ok(password)
}
