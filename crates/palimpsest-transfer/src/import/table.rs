//! Tables of comma-separated values: each row says what the front matter of a note says.

use std::sync::Arc;

use palimpsest_markdown::Yaml;

use super::limits::Limits;

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Its rows.
    pub(crate) rows: Vec<Row>,
    /// What is wrong with single rows.
    pub(crate) problems: Vec<String>,
    /// How many rows were refused.
    pub(crate) refused: usize,
}

/// A row of a table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The number of its line.
    pub(crate) line: u64,
    /// What stands in the column of titles.
    pub(crate) title: String,
    /// What stands under the other columns, as far as anything does.
    pub(crate) cells: Vec<(Arc<str>, Yaml)>,
}

/// The words that name the column of titles; without one of them it is the first.
const TITLES: [&str; 3] = ["title", "name", "titel"];

/// Reads a table. Its first row names the columns. There is room for so many cells, of which it takes what it needs.
pub(crate) fn read_table(text: &str, limits: &Limits, room: &mut usize) -> Result<Table, String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| error.to_string())?.clone();
    let (columns, title) = columns_of(&names, limits)?;
    let mut table = Table::default();
    let mut left = *room;
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != columns.len() {
            table.refused += 1;
            if table.refused <= limits.problems {
                table.problems.push(format!("line {line} has {} cells, not {}", row.len(), columns.len()));
            }
            continue;
        }
        if table.rows.len() == limits.rows {
            return Err(format!("more than {} rows", limits.rows));
        }
        let mut read = Row { line, title: String::new(), cells: Vec::new() };
        for (at, cell) in row.iter().map(str::trim).enumerate().filter(|(_, cell)| !cell.is_empty()) {
            left = left.checked_sub(1).ok_or_else(|| format!("the tables have more than {} cells", limits.cells))?;
            if at == title {
                cell.clone_into(&mut read.title);
            } else {
                read.cells.push((Arc::clone(&columns[at]), Yaml::Text(cell.to_owned())));
            }
        }
        table.rows.push(read);
    }
    if table.refused > limits.problems {
        table.problems.push(format!("so have {} lines more", table.refused - limits.problems));
    }
    *room = left;
    Ok(table)
}

/// The names of columns, and the place of that of titles.
fn columns_of(names: &csv::StringRecord, limits: &Limits) -> Result<(Vec<Arc<str>>, usize), String> {
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
        if is_in(&columns, &name) {
            return Err(format!("two columns are called \"{name}\""));
        }
        columns.push(name);
    }
    let title = columns.iter().position(|name| TITLES.contains(&name.to_lowercase().as_str())).unwrap_or_default();
    // A second column of that name would be taken for the title of the object.
    if let Some(at) = columns.iter().position(|name| name.to_lowercase() == "title").filter(|at| *at != title) {
        let free = (2..).map(|count| format!("{} ({count})", columns[at])).find(|name| !is_in(&columns, name));
        columns[at] = free.unwrap_or_default();
    }
    Ok((columns.into_iter().map(Arc::from).collect(), title))
}

fn is_in(columns: &[String], name: &str) -> bool {
    columns.iter().any(|other| other.to_lowercase() == name.to_lowercase())
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
        let table = read_table(text, &Limits::default(), &mut 1_000)?;
        let cell = |(name, value): (Arc<str>, Yaml)| match value {
            Yaml::Text(text) => format!("{name}={text}"),
            other => format!("{name}={other:?}"),
        };
        let row = |row: Row| std::iter::once(row.title).chain(row.cells.into_iter().map(cell)).collect();
        Ok(table.rows.into_iter().map(row).collect())
    }

    #[test]
    fn tables_are_read() {
        let rows = vec![vec!["1".to_owned(), "b=x, y".to_owned()]];
        assert_eq!(read("a,b\n1,\"x, y\"\n"), Ok(rows.clone()));
        assert_eq!(read("\u{FEFF}a;b\r\n1;x, y\r\n"), Ok(rows.clone()));
        assert_eq!(read("a\tb\n1\tx, y\n"), Ok(rows));
        assert!(read("").is_err());
        assert!(read("a,A\n1,2").is_err());
        assert!(read(&",".repeat(300)).is_err());
    }

    #[test]
    fn uneven_rows_are_told() {
        let table = read_table("a,b\n1\n1,2\n1,2,3\n", &Limits::default(), &mut 2).unwrap();
        assert_eq!((table.rows.len(), table.problems.len()), (1, 2));
        assert_eq!(table.problems[0], "line 2 has 1 cells, not 2");
        let limits = Limits { problems: 1, ..Limits::default() };
        let table = read_table("a,b\n1\n1\n1\n", &limits, &mut 2).unwrap();
        assert_eq!(table.problems, ["line 2 has 1 cells, not 2", "so have 2 lines more"]);
        assert_eq!(table.refused, 3);
    }

    #[test]
    fn no_column_is_lost_beside_that_of_titles() {
        let rows = |cells: &[&str]| Ok(vec![cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()]);
        assert_eq!(read("Name,Title\nAda,Countess\n"), rows(&["Ada", "Title (2)=Countess"]));
        assert_eq!(read("Title,Name\nCountess,Ada\n"), rows(&["Countess", "Name=Ada"]));
        let clash = read("Name,title (2),TITLE\nAda,x,y\n");
        assert_eq!(clash, rows(&["Ada", "title (2)=x", "TITLE (3)=y"]));
    }

    #[test]
    fn cells_are_counted_over_all_tables_and_their_columns_shared() {
        let mut room = 5;
        let table = read_table("a,b\n1,2\n3,\n", &Limits::default(), &mut room).unwrap();
        assert_eq!((table.rows.len(), room), (2, 2));
        assert!(read_table("a,b\n1,2\n3,\n", &Limits::default(), &mut room).is_err());
        let table = read_table("a,b\n1,2\n", &Limits::default(), &mut room).unwrap();
        assert_eq!((Arc::strong_count(&table.rows[0].cells[0].0), room), (1, 0));
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(text in r#"[ab,;"\t\r\n\x00é]{0,60}"#) {
            let _ = read_table(&text, &Limits::default(), &mut 20);
        }
    }
}
