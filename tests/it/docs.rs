//! Generated pages of docs/ say what the program says.

use crate::support::{compare_with_file, root};

#[test]
fn the_page_of_commands_is_the_programs_help() {
    compare_with_file(&root().join("docs/cli.md"), &fabkube::cli::reference());
}

#[test]
fn the_page_of_settings_is_the_embedded_file() {
    compare_with_file(&root().join("docs/values.md"), &fabkube::cli::values_reference());
}

#[test]
fn the_page_of_problems_has_every_code() {
    compare_with_file(&root().join("docs/problems.md"), &fabkube::cli::problems_reference());
}
