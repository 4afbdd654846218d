//! Every help text is in the documentation, and every command has one sentence.

use std::fmt::Write;

use clap::Command;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
/// Set to anything, it makes this test write the document instead of comparing it.
const WRITE: &str = "EXEUNT_WRITE_DOCS";
/// From here on the document is generated.
const MARK: &str = "## Every command\n";

fn tell(command: &mut Command, path: &str, text: &mut String) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    writeln!(text, "\n### {path}\n\n```text\n{}\n```", help.join("\n")).expect("a text");
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let path = format!("{path} {}", sub.get_name());
        tell(sub, &path, text);
    }
}

#[test]
fn the_document_is_the_help() {
    let mut command = exeunt::cli::command().term_width(100);
    command.build();
    let mut generated = String::new();
    tell(&mut command, "exeunt", &mut generated);
    let document = std::fs::read_to_string(DOCUMENT).expect("docs/cli.md");
    let written = document.split(MARK).next().expect("a first part");
    let expected = format!("{written}{MARK}{generated}");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(DOCUMENT, &expected).expect("docs/cli.md");
    } else {
        assert!(document == expected, "docs/cli.md is behind: run this test with {WRITE}=1");
    }
}

#[test]
fn every_command_and_option_is_described() {
    fn check(command: &Command) {
        let name = command.get_name();
        assert!(command.get_about().is_some(), "{name} is not described");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name}: {} is not described", argument.get_id());
        }
        command.get_subcommands().for_each(check);
    }
    check(&exeunt::cli::command());
}
