//! The keys of a channel's configuration tree. What stands under them is the other files'.

use crate::diag::{Code, Problem, Problems};
use crate::yaml::Spanned;

/// The keys of groups, values and policies (fabric `common/configtx/validator.go`); configtxgen does not check them, orderers do.
pub fn check_key(key: &Spanned<String>, what: &str, problems: &mut Problems) {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if key.is_empty() || key.len() > 249 || !key.chars().all(legal) {
        problems.push(
            Problem::new(Code::FK0239, format!("`{}` cannot name {what}: orderers refuse such a key", key.value))
                .at(&key.place)
                .help("use letters, digits, `.` and `-`"),
        );
    }
}
