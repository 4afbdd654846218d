//! The configuration file, below the environment, below the flags.
//!
//! Owns: reading the file, complaining with its lines, and saying where each value came from.
//! Never: knows what a setting means. A setting is an argument with an environment variable; its type and default
//! are declared there, once, and its key in the file is the flag's name with `_` for `-`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::builder::{OsStr, Resettable};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// The file that is read where it exists and no other is named.
pub const DEFAULT_FILE: &str = "exeunt.toml";
/// The command whose settings the file may hold besides the general ones.
const SERVE: &str = "serve";
/// The only setting that cannot stand in the file.
const CONFIG: &str = "config";
/// Settings whose values are never shown.
const SECRETS: [&str; 1] = ["admin_password"];

/// A file's settings, each with its line. Without a file there are none.
#[derive(Debug, Default)]
pub struct ConfigFile {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    value: String,
    line: usize,
}

impl ConfigFile {
    /// Reads `named`, which must exist, else the default file if there is one.
    pub fn find(named: Option<&Path>) -> Result<Self, String> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
        let table = toml::de::DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(span.start));
            format!("{}:{line}: {}", path.display(), error.message())
        })?;
        let mut entries = Vec::new();
        for (key, value) in table.into_inner() {
            let line = line_of(key.span().start);
            let key = key.into_inner().into_owned();
            let value = plain(value.get_ref())
                .ok_or_else(|| format!("{}:{line}: {key}: must be a text or a number", path.display()))?;
            entries.push(Entry { key, value, line });
        }
        Ok(Self { path: path.to_owned(), entries })
    }

    /// The command with the file's values as its defaults, so that environment and flags go before them.
    pub fn under(&self, mut command: Command) -> Result<Command, String> {
        let known = settings(&command);
        for entry in &self.entries {
            let complain = |text: &str| self.complain(entry, text);
            let Some(setting) = known.iter().find(|setting| setting.key == entry.key) else {
                let keys: Vec<&str> = known.iter().map(|setting| setting.key.as_str()).collect();
                return Err(complain(&format!("unknown key; there are {}", keys.join(", "))));
            };
            try_value(&command, setting, &entry.value).map_err(|text| complain(&text))?;
            let value = entry.value.clone();
            let set = |arg: Arg| arg.default_value(value);
            command = if setting.of_serve {
                command.mut_subcommand(SERVE, |serve| serve.mut_arg(&setting.key, set))
            } else {
                command.mut_arg(&setting.key, set)
            };
        }
        Ok(command)
    }

    fn complain(&self, entry: &Entry, text: &str) -> String {
        format!("{}:{}: {}: {text}", self.path.display(), entry.line, entry.key)
    }

    /// The effective configuration as TOML, with the origin of each value and secrets hidden.
    ///
    /// `shown` replaces values: what is computed at start, or what holds a secret in part.
    pub fn effective(&self, command: &Command, serve: &ArgMatches, shown: &[(&str, String)]) -> String {
        let mut text = String::new();
        for setting in settings(command) {
            let key = &setting.key;
            let given = serve.try_get_raw(key).ok().flatten().and_then(|mut values| values.next());
            let replaced = shown.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
            let value = replaced.or_else(|| given.map(|value| value.to_string_lossy().into_owned()));
            let written = match value {
                None => writeln!(text, "# {key} is not set"),
                Some(_) if SECRETS.contains(&key.as_str()) => {
                    writeln!(text, "{key} = \"(hidden)\" # {}", self.origin(&setting, serve))
                }
                Some(value) => {
                    writeln!(text, "{key} = {} # {}", toml_value(&value), self.origin(&setting, serve))
                }
            };
            // Writing to a text cannot fail.
            debug_assert!(written.is_ok());
        }
        text
    }

    fn origin(&self, setting: &Setting, matches: &ArgMatches) -> String {
        match matches.value_source(&setting.key) {
            Some(ValueSource::CommandLine) => format!("--{}", setting.key.replace('_', "-")),
            Some(ValueSource::EnvVariable) => setting.variable.clone(),
            _ => match self.entries.iter().find(|entry| entry.key == setting.key) {
                Some(entry) => format!("{}:{}", self.path.display(), entry.line),
                None => "default".to_owned(),
            },
        }
    }
}

/// An argument that may stand in the file.
struct Setting {
    key: String,
    variable: String,
    of_serve: bool,
}

fn settings(command: &Command) -> Vec<Setting> {
    let of = |arg: &Arg, of_serve: bool| {
        let variable = arg.get_env()?.to_string_lossy().into_owned();
        let key = arg.get_id().to_string();
        (key != CONFIG).then_some(Setting { key, variable, of_serve })
    };
    let general = command.get_arguments().filter_map(|arg| of(arg, false));
    let serve = command.find_subcommand(SERVE).into_iter();
    general.chain(serve.flat_map(|serve| serve.get_arguments().filter_map(|arg| of(arg, true)))).collect()
}

/// Lets the argument's own parser judge the value, with nothing else around.
fn try_value(command: &Command, setting: &Setting, value: &str) -> Result<(), String> {
    let alone = |command: Command| command.mut_args(|arg| arg.env(Resettable::<OsStr>::Reset));
    let judge = alone(command.clone()).mut_subcommand(SERVE, alone);
    let flag = format!("--{}={value}", setting.key.replace('_', "-"));
    judge.try_get_matches_from(["exeunt", SERVE, &flag]).map(|_| ()).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("error: ").unwrap_or(first).to_owned()
    })
}

fn plain(value: &toml::de::DeValue<'_>) -> Option<String> {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn toml_value(value: &str) -> String {
    match value.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => toml::Value::String(value.to_owned()).to_string(),
    }
}
