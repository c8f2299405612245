//! What there is to choose from: names, and a line about each.

use crate::page::Page;
use crate::table::{Align, Table};

/// Names with a line about each, under a title. `rows` may have several names, which stand in columns of their own.
pub fn list<const N: usize>(title: &str, rows: &[[String; N]], page: &Page) -> String {
    const COLUMNS: &[Align] = &[Align::Left; 8];
    assert!(N <= COLUMNS.len(), "a list has at most eight columns");
    let mut table = Table::new(COLUMNS).head(&[title]);
    for row in rows {
        table.row(row.clone().map(Into::into));
    }
    table.draw(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_columns_under_their_title() {
        let rows = [["O1", "vote-not-persisted", "a vote is lost"], ["O12", "x", "y"]];
        let text = list("mutants", &rows.map(|row| row.map(String::from)), &Page::default());
        let expected = "
mutants
  O1   vote-not-persisted  a vote is lost
  O12  x                   y
";
        assert_eq!(text, expected);
    }
}
