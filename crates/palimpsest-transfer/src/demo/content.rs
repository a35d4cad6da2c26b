//! What the demo says. Texts stand beside the code, in Markdown; in them `{id}` is the id of the object itself and `{today}` the day.

/// What an object of the demo is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Page,
    Task,
    Person,
    Book,
    /// A book in the collection.
    Voyage,
    /// To this URL.
    Weblink(&'static str),
    Image,
}

/// An object of the demo.
pub(super) struct Note {
    pub(super) kind: Kind,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// A file of the demo.
pub(super) struct Image {
    pub(super) name: &'static str,
    pub(super) bytes: &'static [u8],
}

/// The page to begin with; where it is, or was, there is the demo.
pub(super) const WELCOME: &str = "Welcome";

/// What is put into the note of the day.
pub(super) const TODAY: &str = include_str!("../../demo/today.md");

pub(super) const IMAGE: Image = Image { name: "palimpsest.png", bytes: include_bytes!("../../demo/palimpsest.png") };

const WIKIPEDIA: &str = "https://en.wikipedia.org/wiki/Palimpsest";

macro_rules! note {
    ($kind:expr, $title:expr, $file:literal) => {
        Note { kind: $kind, title: $title, text: include_str!(concat!("../../demo/", $file, ".md")) }
    };
}

pub(super) const NOTES: [Note; 18] = [
    note!(Kind::Page, WELCOME, "welcome"),
    note!(Kind::Page, "Versions", "versions"),
    note!(Kind::Page, "Conditions", "conditions"),
    note!(Kind::Page, "Transactions", "transactions"),
    note!(Kind::Page, "History", "history"),
    note!(Kind::Page, "Following a space", "feed"),
    note!(Kind::Page, "Types and collections", "types"),
    note!(Kind::Task, "Look around", "look_around"),
    note!(Kind::Task, "Change something and look at its history", "change"),
    note!(Kind::Task, "Make a space of your own", "own"),
    note!(Kind::Book, "Frankenstein", "frankenstein"),
    note!(Kind::Voyage, "Flatland", "flatland"),
    note!(Kind::Voyage, "The Time Machine", "time_machine"),
    note!(Kind::Person, "Mary Shelley", "shelley"),
    note!(Kind::Person, "Edwin A. Abbott", "abbott"),
    note!(Kind::Person, "H. G. Wells", "wells"),
    note!(Kind::Weblink(WIKIPEDIA), "Palimpsest on Wikipedia", "wikipedia"),
    note!(Kind::Image, "A palimpsest", "image"),
];
