//! Listings for people: columns that are as wide as what is in them.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes rows under a heading, in columns.
pub fn write(out: &mut dyn Write, heading: &[String], rows: &[Vec<String>]) -> io::Result<()> {
    let all = || std::iter::once(heading).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| {
        all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    for row in all() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            // Writing into a string does not fail.
            let _written = write!(line, "{cell:width$}  ");
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
