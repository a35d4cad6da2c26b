//! How much of a source is read. Whatever goes beyond is refused: a file by itself, an archive as a whole.

/// The limits of an import.
#[derive(Clone, Debug)]
pub struct Limits {
    /// So many files and folders.
    pub entries: usize,
    /// So many bytes of the path of a file.
    pub path: usize,
    /// So many folders above a file.
    pub depth: usize,
    /// So many bytes of a text: a note or a table.
    pub text: u64,
    /// So many bytes of the front matter of a note.
    pub front_matter: usize,
    /// So many keys of the front matter of a note, and columns of a table.
    pub keys: usize,
    /// So many rows of a table.
    pub rows: usize,
    /// So many cells of all tables that say something.
    pub cells: usize,
    /// So many properties that are added to an object type.
    pub properties: usize,
    /// So many bytes of any other file.
    pub media: u64,
    /// So many bytes of all files of an archive.
    pub total: u64,
    /// How many times longer than packed a file of an archive may be, when it is longer than a mebibyte.
    pub ratio: u64,
    /// So many problems are told one by one.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            path: 1_024,
            depth: 64,
            text: 8 << 20,
            front_matter: 64 << 10,
            keys: 200,
            rows: 50_000,
            cells: 2_000_000,
            properties: 200,
            media: 4 << 30,
            total: 64 << 30,
            ratio: 200,
            problems: 1_000,
        }
    }
}
