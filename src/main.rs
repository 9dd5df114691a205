//! The program `fabkube`: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    fabkube::cli::main()
}
