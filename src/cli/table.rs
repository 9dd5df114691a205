//! Text in columns, for people. What stands in it is each command's.

/// Rows under a heading, each column as wide as its widest cell.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|word| (*word).to_owned()).collect()] }
    }

    /// Names in certificates of strangers may hold anything, and this goes to a terminal.
    pub fn row(&mut self, cells: Vec<String>) {
        let plain = |cell: String| if cell.contains(char::is_control) { cell.replace(char::is_control, "?") } else { cell };
        self.rows.push(cells.into_iter().map(plain).collect());
    }

    /// The text; no line ends in spaces.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["A", "NAME", "C"]);
        table.row(vec!["züri\u{1b}h".into(), "b".into(), String::new()]);
        assert_eq!(table.text(), "A       NAME  C\nzüri?h  b\n");
    }
}
