//! How far something is: a bar on a terminal, nothing elsewhere.

use std::io::IsTerminal;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use palimpsest_transfer::import::{Progress, Stage, Teller};

/// A bar, and who moves it.
pub(crate) fn bar() -> (ProgressBar, Teller) {
    let bar = match std::io::stderr().is_terminal() {
        true => {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        false => ProgressBar::hidden(),
    };
    let shown = bar.clone();
    (bar, Arc::new(move |progress| show(&shown, progress)))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(match progress.stage {
        Stage::Reading => "reading",
        Stage::Media => "files  ",
        Stage::Objects => "objects",
        Stage::Texts => "texts  ",
    });
    bar.set_length(progress.total as u64);
    bar.set_position(progress.done as u64);
}
