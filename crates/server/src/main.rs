//! The binary `exeunt`: the command line, and nothing else.

fn main() -> std::process::ExitCode {
    exeunt::cli::main()
}
