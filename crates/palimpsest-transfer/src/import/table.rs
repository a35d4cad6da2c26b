//! Tables of comma-separated values: each row says what the front matter of a note says.

use palimpsest_markdown::Yaml;

use super::limits::Limits;

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Its rows: the number of the line, and the values under their columns.
    pub(crate) rows: Vec<(u64, Vec<(String, Yaml)>)>,
    /// What is wrong with single rows.
    pub(crate) problems: Vec<String>,
}

/// Reads a table. Its first row names the columns.
pub(crate) fn read_table(text: &str, limits: &Limits) -> Result<Table, String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| error.to_string())?.clone();
    if names.iter().all(|name| name.trim().is_empty()) {
        return Err("a table whose first row names no column".to_owned());
    }
    if names.len() > limits.keys {
        return Err(format!("more than {} columns", limits.keys));
    }
    let mut columns: Vec<String> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let name = match name.trim() {
            "" => format!("Column {}", index + 1),
            name => name.to_owned(),
        };
        if columns.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            return Err(format!("two columns are called \"{name}\""));
        }
        columns.push(name);
    }
    let mut table = Table::default();
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != columns.len() {
            let message = format!("line {line} has {} cells, not {}", row.len(), columns.len());
            table.problems.push(message);
            continue;
        }
        if table.rows.len() == limits.rows {
            return Err(format!("more than {} rows", limits.rows));
        }
        let cells = row.iter().map(|cell| Yaml::Text(cell.trim().to_owned()));
        table.rows.push((line, columns.iter().cloned().zip(cells).collect()));
    }
    Ok(table)
}

/// What stands between the cells of the first line: the one of the usual ones that is there most often.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: u8| first.bytes().filter(|byte| *byte == mark).count();
    let usual = [b'\t', b';', b','];
    usual.into_iter().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let table = read_table(text, &Limits::default())?;
        let cell = |(name, value): (String, Yaml)| match value {
            Yaml::Text(text) => format!("{name}={text}"),
            other => format!("{name}={other:?}"),
        };
        Ok(table.rows.into_iter().map(|(_, row)| row.into_iter().map(cell).collect()).collect())
    }

    #[test]
    fn tables_are_read() {
        let rows = vec![vec!["a=1".to_owned(), "b=x, y".to_owned()]];
        assert_eq!(read("a,b\n1,\"x, y\"\n"), Ok(rows.clone()));
        assert_eq!(read("\u{FEFF}a;b\r\n1;x, y\r\n"), Ok(rows.clone()));
        assert_eq!(read("a\tb\n1\tx, y\n"), Ok(rows));
        assert!(read("").is_err());
        assert!(read("a,A\n1,2").is_err());
        assert!(read(&",".repeat(300)).is_err());
    }

    #[test]
    fn uneven_rows_are_told() {
        let table = read_table("a,b\n1\n1,2\n1,2,3\n", &Limits::default()).unwrap();
        assert_eq!((table.rows.len(), table.problems.len()), (1, 2));
        assert_eq!(table.problems[0], "line 2 has 1 cells, not 2");
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(text in r#"[ab,;"\t\r\n\x00é]{0,60}"#) {
            let _ = read_table(&text, &Limits::default());
        }
    }
}
