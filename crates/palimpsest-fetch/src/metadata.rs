//! How a page of HTML calls and describes itself.

use std::cell::RefCell;

use lol_html::{HtmlRewriter, MemorySettings, Settings, element, text};

use crate::charset;
use crate::entities::{self, Place};

/// Characters of a title; a longer one is cut.
pub const MAX_TITLE: usize = 500;
/// Characters of a description; a longer one is cut.
pub const MAX_DESCRIPTION: usize = 2000;

/// Bytes of a `<title>` that are looked at. One that is not closed takes in the rest of the page.
const RAW_TITLE: usize = 64 * 1024;
/// What reading a page may take beside the page: deeply nested elements are kept in mind.
const MEMORY: usize = 4 << 20;

/// What a page says of itself.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
}

/// What was found so far. The first of each kind that says anything counts.
#[derive(Default)]
struct Found {
    /// Whether the text that comes is the title.
    is_in_title: bool,
    title: String,
    metas: [Option<String>; METAS.len()],
}

/// The kinds of `<meta>` that are read.
const METAS: [&str; 5] = ["og:title", "twitter:title", "og:description", "twitter:description", "description"];

/// Reads HTML, however broken; `declared` is the encoding by its header.
pub(crate) fn read(html: &[u8], declared: Option<&str>) -> Metadata {
    let html = charset::decode(html, declared);
    let found = RefCell::new(Found::default());
    let settings = Settings::new()
        .append_element_content_handler(element!("title", |_| {
            let mut found = found.borrow_mut();
            found.is_in_title = collapsed(&found.title, 1).is_none();
            Ok(())
        }))
        // Drawings have titles too. Handlers run in this order.
        .append_element_content_handler(element!("svg title", |_| {
            found.borrow_mut().is_in_title = false;
            Ok(())
        }))
        .append_element_content_handler(text!("title", |chunk| {
            let mut found = found.borrow_mut();
            if found.is_in_title && found.title.len() < RAW_TITLE {
                found.title.push_str(chunk.as_str());
            }
            Ok(())
        }))
        .append_element_content_handler(element!("meta", |meta| {
            let kind = meta.get_attribute("property").or_else(|| meta.get_attribute("name"));
            let content = meta.get_attribute("content");
            if let Some((kind, content)) = kind.zip(content) {
                found.borrow_mut().meta(&kind, &content);
            }
            Ok(())
        }));
    scan(html.as_bytes(), settings);
    found.into_inner().judge()
}

impl Found {
    fn meta(&mut self, kind: &str, content: &str) {
        let kind = kind.trim();
        for (name, place) in METAS.iter().zip(&mut self.metas) {
            if name.eq_ignore_ascii_case(kind) && place.is_none() {
                let content = entities::decode(content, Place::Attribute);
                *place = collapsed(&content, MAX_TITLE.max(MAX_DESCRIPTION));
            }
        }
    }

    fn judge(self) -> Metadata {
        let title = entities::decode(&self.title, Place::Text);
        let [og_title, twitter_title, og_description, twitter_description, description] = self.metas;
        Metadata {
            title: og_title.or(twitter_title).or(Some(title)).and_then(|title| collapsed(&title, MAX_TITLE)),
            description: og_description.or(twitter_description).or(description),
        }
    }
}

/// Runs through HTML as far as it can be read.
pub(crate) fn scan(html: &[u8], settings: Settings<'_, '_>) {
    let memory = MemorySettings::new().with_max_allowed_memory_usage(MEMORY);
    let mut reader = HtmlRewriter::new(settings.with_strict(false).with_memory_settings(memory), |_: &[u8]| {});
    // What was found before an error is as good as it is at an early end of the page.
    if reader.write(html).is_ok() {
        let _ = reader.end();
    }
}

/// With one space for any white space, without control characters, cut with an ellipsis; nothing if nothing is left.
fn collapsed(text: &str, max: usize) -> Option<String> {
    let mut collapsed = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    if let Some((end, _)) = collapsed.char_indices().nth(max) {
        let last = collapsed.get(..end).and_then(|kept| kept.char_indices().next_back());
        collapsed.truncate(last.map_or(0, |(at, _)| at));
        collapsed.truncate(collapsed.trim_end().len());
        collapsed.push('…');
    }
    (!collapsed.is_empty()).then_some(collapsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, title: Option<&str>, description: Option<&str>) {
        let expected = Metadata { title: title.map(str::to_owned), description: description.map(str::to_owned) };
        assert_eq!(read(html.as_bytes(), Some("utf-8")), expected, "{html}");
    }

    #[test]
    fn what_is_said_for_sharing_wins_over_the_title() {
        let title = "<title>The title</title>";
        let twitter = "<meta name=twitter:title content=Tweeted><meta name=twitter:description content=t>";
        let og = "<meta property=og:title content=Shared><meta property=og:description content=s>";
        let plain = "<meta name=description content=d>";
        check(&format!("{title}{plain}{twitter}{og}"), Some("Shared"), Some("s"));
        check(&format!("{title}{plain}{twitter}"), Some("Tweeted"), Some("t"));
        check(&format!("{title}{plain}"), Some("The title"), Some("d"));
        check("", None, None);
    }

    #[test]
    fn what_says_nothing_is_passed_over() {
        check("<meta property=og:title content=' '><title> </title><title>b</title>", Some("b"), None);
        check("<meta property=og:title content=''><meta property=og:title content=a>", Some("a"), None);
        check("<meta name=description><meta content=x><title></title>", None, None);
        check("<title>a</title><title>b</title>", Some("a"), None);
        check("<title>a</title><svg><title>b</title></svg>", Some("a"), None);
    }

    #[test]
    fn only_the_title_of_the_page_is_one() {
        check("<svg><title>drawing</title></svg><title>page</title>", Some("page"), None);
        check("<title></title><svg><title>drawing</title></svg>", None, None);
        check("<svg/><title>page</title>", Some("page"), None);
        check("<script>'<title>a</title>'</script><!-- <title>b</title> --><title>c</title>", Some("c"), None);
        check("<textarea><title>a</title></textarea><style><title>b</title></style>", None, None);
    }

    #[test]
    fn text_is_decoded_and_collapsed() {
        check("<title>\n  Q&amp;A &mdash;\t caf&eacute;&nbsp; \u{7}x </title>", Some("Q&A — café x"), None);
        check("<TITLE>a<b>c</b></TITLE>", Some("a<b>c</b>"), None);
        check("<meta NAME=' Description ' CONTENT='a &quot;b&quot;\n?x=1&copy=2'>", None, Some("a \"b\" ?x=1&copy=2"));
    }

    #[test]
    fn broken_html_is_read_as_far_as_it_goes() {
        check("<title>never closed <p>a", Some("never closed <p>a"), None);
        check("<meta name=description content='never closed><title>a</title>", None, None);
        check("</head></html><title>late</title>", Some("late"), None);
        check("<body><div><p><meta name=description content=inside>", None, Some("inside"));
        check("<select><title>a</title></select>\0<", Some("a"), None);
        check(&"<div>".repeat(150_000), None, None);
        check(&format!("<title>a</title>{}", "<x y='".repeat(100_000)), Some("a"), None);
    }

    #[test]
    fn long_texts_are_cut() {
        let title = format!("{}…", "é".repeat(MAX_TITLE - 1));
        check(&format!("<title>{}</title>", "é".repeat(MAX_TITLE + 1)), Some(&title), None);
        let fits = "é".repeat(MAX_TITLE);
        check(&format!("<title>{fits}</title>"), Some(&fits), None);
        check(&format!("<meta property=og:title content={}>", "é".repeat(5000)), Some(&title), None);
        let description = format!("{}…", "d".repeat(MAX_DESCRIPTION - 1));
        check(&format!("<meta name=description content={}>", "d".repeat(900_000)), None, Some(&description));
        assert_eq!(collapsed("a b c", 3).as_deref(), Some("a…"));
    }
}
