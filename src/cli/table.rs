//! A table on a terminal: a header, and columns as wide as their contents.

use std::io::Write;

/// A table that buffers rows until the widths of the columns are known.
pub(super) struct Table<const N: usize> {
    head: [&'static str; N],
    widths: [usize; N],
    rows: Vec<[String; N]>,
    begun: bool,
}

impl<const N: usize> Table<N> {
    /// Creates a table with a header.
    pub fn new(head: [&'static str; N]) -> Self {
        Self { head, widths: head.map(|name| name.chars().count()), rows: Vec::new(), begun: false }
    }

    /// Adds a row; an empty cell is shown as a dash.
    pub fn row(&mut self, cells: [&str; N]) {
        self.rows.push(cells.map(|cell| if cell.is_empty() { "-".to_owned() } else { cell.to_owned() }));
    }

    /// Drops the buffered rows, which were printed in another way.
    pub fn forget(&mut self) {
        self.begun = true;
        self.rows.clear();
    }

    /// Prints the buffered rows once there are `many`, so that a long table does not wait for its end.
    pub fn flush_from(&mut self, many: usize) {
        if self.rows.len() >= many {
            self.flush();
        }
    }

    /// Prints the remaining rows; if there were none at all, says on standard error that `nothing` was found.
    pub fn end(mut self, nothing: &str) {
        if self.rows.is_empty() && !self.begun {
            eprintln!("latchkey: {nothing} found");
        }
        self.flush();
    }

    fn flush(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        for (at, width) in self.widths.iter_mut().enumerate() {
            let most = self.rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
            *width = most.max(*width);
        }
        if !std::mem::replace(&mut self.begun, true) {
            say!("{}", self.line(&self.head.map(str::to_owned)));
        }
        for row in std::mem::take(&mut self.rows) {
            say!("{}", self.line(&row));
        }
    }

    fn line(&self, cells: &[String; N]) -> String {
        let cells = cells.iter().zip(self.widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut table = Table::new(["A", "LONG", "LAST"]);
        table.row(["é@x.example", "", "one two"]);
        table.widths = [11, 4, 7];
        assert_eq!(table.line(&table.head.map(str::to_owned)), "A            LONG  LAST");
        assert_eq!(table.line(&table.rows[0]), "é@x.example  -     one two");
    }
}
