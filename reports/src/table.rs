//! Tables with aligned columns, a row a line.

use crate::page::{Page, Role, clean, columns};

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A cell: its text and what it says.
pub(crate) struct Cell(String, Role);

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(text, Role::Plain)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self(text.to_owned(), Role::Plain)
    }
}

impl Cell {
    /// A cell with something to say.
    pub(crate) fn role(text: impl Into<String>, role: Role) -> Self {
        Self(text.into(), role)
    }
}

/// Rows under one another. Only the last column may wrap; it wants to be on the left.
pub(crate) struct Table {
    align: Vec<Align>,
    head: Option<Vec<Cell>>,
    rows: Vec<Vec<Cell>>,
}

const INDENT: &str = "  ";
const GAP: &str = "  ";

impl Table {
    /// A table of columns that stand so.
    pub(crate) fn new(align: &[Align]) -> Self {
        let align = align.to_vec();
        Self { align, head: None, rows: Vec::new() }
    }

    /// The table under a line that names its columns. The first stands at the margin.
    pub(crate) fn head(mut self, names: &[&str]) -> Self {
        self.head = Some(names.iter().map(|name| Cell::role(*name, Role::Title)).collect());
        self
    }

    /// Adds a row, which may end early.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let cells = cells.into();
        let columns = self.align.len();
        debug_assert!(cells.len() <= columns, "a row has no more cells than the table has columns");
        self.rows.push(cells);
    }

    /// The table as lines; a head is set off by an empty line, and nothing is drawn of a table without rows.
    pub(crate) fn draw(&self, page: &Page) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widths = self.widths();
        let mut out = String::new();
        if let Some(head) = &self.head {
            out.push('\n');
            self.draw_row(head, &widths, "", page, &mut out);
        }
        for row in &self.rows {
            self.draw_row(row, &widths, INDENT, page, &mut out);
        }
        out
    }

    /// The widths of the columns, that of the indent with the first.
    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.align.len()];
        let rows = self.rows.iter().map(|row| (INDENT.len(), row));
        // A head of one name is a title, which may reach over all columns.
        let head = self.head.iter().filter(|names| names.len() > 1).map(|names| (0, names));
        for (indent, row) in head.chain(rows) {
            for (i, Cell(text, _)) in row.iter().enumerate() {
                let indent = if i == 0 { indent } else { 0 };
                widths[i] = widths[i].max(indent + columns(text));
            }
        }
        widths
    }

    fn draw_row(
        &self,
        row: &[Cell],
        widths: &[usize],
        indent: &str,
        page: &Page,
        out: &mut String,
    ) {
        let mut line = String::new();
        let mut at = 0;
        for (i, Cell(text, role)) in row.iter().enumerate() {
            let (before, width) = if i == 0 {
                (indent, widths[0].saturating_sub(indent.len()))
            } else {
                (GAP, widths[i])
            };
            let text = clean(text);
            let pad = " ".repeat(width.saturating_sub(columns(&text)));
            line.push_str(before);
            at += before.len();
            let last = i + 1 == row.len();
            match self.align[i] {
                Align::Right => line.push_str(&format!("{pad}{}", page.paint(*role, &text))),
                Align::Left if last && *role == Role::Plain => {
                    let rest = " ".repeat(at);
                    let wrapped = page.wrap(&text, &rest, &rest);
                    line.push_str(wrapped.trim());
                }
                Align::Left => line.push_str(&format!("{}{pad}", page.paint(*role, &text))),
            }
            at += width;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_names_and_the_last_one_wraps() {
        let mut table =
            Table::new(&[Align::Left, Align::Right, Align::Left]).head(&["faults", "asked", ""]);
        table.row(["crash".into(), "3".into(), "".into()]);
        table.row(["pause".into(), "12".into(), "a remark that is too long for it".into()]);
        let text = table.draw(&Page { width: 36, ..Page::default() });
        let expected = "
faults   asked
  crash      3
  pause     12  a remark that is too
                long for it
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_table_without_rows_is_not_drawn() {
        let table = Table::new(&[Align::Left]).head(&["faults"]);
        assert_eq!(table.draw(&Page::default()), "");
    }
}
