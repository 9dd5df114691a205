//! Numbers in the texts of messages.

/// A number of things: `1 folder`, `2 folders`.
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// What follows the `named` things of `all`: ` and 2 more`, or nothing where all are named.
pub fn more(all: usize, named: usize) -> String {
    match all.saturating_sub(named) {
        0 => String::new(),
        more => format!(" and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural_and_nothing_more_is_not_said() {
        assert_eq!([0, 1, 2].map(|number| count(number, "folder")), ["0 folders", "1 folder", "2 folders"]);
        assert_eq!([(0, 1), (1, 1), (3, 1), (3, 5)].map(|(all, named)| more(all, named)), ["", "", " and 2 more", ""]);
    }
}
