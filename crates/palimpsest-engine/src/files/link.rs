//! Signed links: who has one may read the bytes it names, under the name and media type it names, until it ends.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use palimpsest_model::{File, FileHash, FileLink, Object, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Sha256;
use url::form_urlencoded;

use super::PublicUrl;
use crate::error::{Code, Error};

/// Writes links and recognises them.
#[derive(Debug)]
pub struct Links {
    base: PublicUrl,
    key: Key,
}

/// What links are signed with. It is never shown.
struct Key([u8; 64]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// What a link leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Linked {
    /// The bytes.
    pub hash: FileHash,
    /// What they are called when they are saved; nothing that leads out of a folder.
    pub name: String,
    /// Their media type.
    pub file_type: String,
    /// When the link ends.
    pub expires: Timestamp,
}

const HOUR: i64 = 60 * 60 * 1000;

/// What stays as it is in a part of a URL (RFC 3986 §2.3).
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is signed begins with this, so that nothing else that is signed with the same key is a link.
const PURPOSE: &[u8] = b"palimpsest file link 1\n";

impl Links {
    /// Links that begin with a URL and are signed with a secret.
    #[must_use]
    pub fn new(base: PublicUrl, secret: [u8; 32]) -> Self {
        // As HMAC makes a key of a shorter secret (RFC 2104 §2).
        let mut key = [0; 64];
        key[..secret.len()].copy_from_slice(&secret);
        Self { base, key: Key(key) }
    }

    /// When links end that are shown at a time: an hour after the hour that runs, so that what shows them stays the same for an
    /// hour.
    pub(crate) fn expiry(now: Timestamp) -> Timestamp {
        Timestamp(now.0.div_euclid(HOUR).saturating_add(2).saturating_mul(HOUR))
    }

    /// The links of an object, one for each of its files.
    pub(crate) fn of(&self, object: &Object, expires: Timestamp) -> Vec<FileLink> {
        let one = |file: &File| FileLink { url: self.url(file, expires), file_type: file.file_type.clone(), expires };
        object.files.iter().map(one).collect()
    }

    fn url(&self, file: &File, expires: Timestamp) -> String {
        let seconds = expires.0.div_euclid(1000);
        let (hash, name, file_type) = (file.hash, saved_as(&file.name), &file.file_type);
        let signature = URL_SAFE_NO_PAD.encode(self.sign(hash, &name, file_type, seconds).finalize().into_bytes());
        let [name, file_type] = [&name, file_type].map(|part| utf8_percent_encode(part, PART));
        let Self { base, .. } = self;
        format!("{base}/files/{hash}/{name}?type={file_type}&expires={seconds}&signature={signature}")
    }

    /// Everything but the last part of a link, each piece with its length.
    fn sign(&self, hash: FileHash, name: &str, file_type: &str, seconds: i64) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as Mac>::new((&self.key.0).into());
        mac.update(PURPOSE);
        mac.update(&hash.0);
        for part in [name, file_type] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.update(&seconds.to_be_bytes());
        mac
    }

    /// Recognises a link by the two last steps of its path and its query.
    pub(crate) fn read(&self, hash: &str, name: &str, query: &str, now: Timestamp) -> Result<Linked, Error> {
        let forged = || Error::new(Code::Forbidden, "This server made no such link");
        let (linked, seconds) = self.recognise(hash, name, query).ok_or_else(forged)?;
        if seconds.saturating_mul(1000) <= now.0 {
            return Err(Error::new(Code::Forbidden, "This link has ended; the object has a new one"));
        }
        Ok(linked)
    }

    fn recognise(&self, hash: &str, name: &str, query: &str) -> Option<(Linked, i64)> {
        let hash: FileHash = hash.parse().ok()?;
        let name = percent_decode_str(name).decode_utf8().ok()?.into_owned();
        let file_type = only(query, "type")?;
        let seconds = only(query, "expires")?;
        let digits = seconds.bytes().all(|byte| byte.is_ascii_digit());
        let seconds: i64 = seconds.parse().ok().filter(|_| digits)?;
        let signature = URL_SAFE_NO_PAD.decode(only(query, "signature")?).ok()?;
        // Compares in constant time.
        self.sign(hash, &name, &file_type, seconds).verify_slice(&signature).ok()?;
        let expires = Timestamp(seconds.saturating_mul(1000));
        Some((Linked { hash, name, file_type, expires }, seconds))
    }
}

/// The value of a parameter that is there once.
fn only(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let value = values.next()?.1.into_owned();
    values.next().is_none().then_some(value)
}

/// The last part of a path that a name can be: none that leads elsewhere, none that looks like another.
fn saved_as(name: &str) -> String {
    let is_odd = |character: char| {
        character.is_control()
            || matches!(character, '/' | '\\' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match name {
        "" | "." | ".." => "file".to_owned(),
        name => name.replace(is_odd, "_"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn links() -> Links {
        Links::new("https://notes.example/api".parse().unwrap(), [7; 32])
    }

    fn file(name: &str, file_type: &str) -> File {
        File { hash: FileHash([9; 32]), size: 3, name: name.to_owned(), file_type: file_type.to_owned() }
    }

    /// Reads a whole URL.
    fn read(links: &Links, url: &str, now: Timestamp) -> Result<Linked, Error> {
        let path = url.strip_prefix("https://notes.example/api/files/").unwrap();
        let (path, query) = path.split_once('?').unwrap();
        let (hash, name) = path.split_once('/').unwrap();
        links.read(hash, name, query, now)
    }

    #[test]
    fn links_last_for_an_hour_at_least_and_for_two_at_most_and_change_with_the_hour() {
        let at = |milliseconds: i64| Links::expiry(Timestamp(milliseconds)).0;
        assert_eq!((at(0), at(HOUR - 1), at(HOUR)), (2 * HOUR, 2 * HOUR, 3 * HOUR));
        for now in [0, 1, HOUR - 1, HOUR, 5 * HOUR + 7, -1, -HOUR] {
            assert!((HOUR + 1..=2 * HOUR).contains(&(at(now) - now)), "{now}");
        }
        assert!(at(i64::MAX) > 0);
    }

    #[test]
    fn names_that_lead_elsewhere_are_no_part_of_a_link() {
        for (name, saved) in [
            ("", "file"),
            (".", "file"),
            ("..", "file"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("a\\b", "a_b"),
            ("a\r\nSet-Cookie: b", "a__Set-Cookie: b"),
            ("gel\u{202e}gpj.exe", "gel_gpj.exe"),
            ("Größe 5%.pdf", "Größe 5%.pdf"),
        ] {
            assert_eq!(saved_as(name), saved);
        }
    }

    proptest! {
        #[test]
        fn a_link_is_read_as_it_was_written(name in ".*", file_type in ".*", hash: [u8; 32]) {
            let expires = Links::expiry(NOW);
            let url = links().url(&File { hash: FileHash(hash), ..file(&name, &file_type) }, expires);
            prop_assert!(url.is_ascii() && !url.contains([' ', '"', '\'', '<', '\\']));
            let parsed = url::Url::parse(&url).unwrap();
            prop_assert_eq!(parsed.as_str(), &*url, "a client would ask for something else");
            let name = saved_as(&name);
            prop_assert_eq!(read(&links(), &url, NOW).unwrap(), Linked { hash: FileHash(hash), name, file_type, expires });
        }

        #[test]
        fn a_link_with_any_other_character_is_refused(place: prop::sample::Index, other in "[!-~]") {
            let url = links().url(&file("gel 1.png", "image/png"), Links::expiry(NOW));
            let start = "https://notes.example/api/files/".len();
            let place = start + place.index(url.len() - start);
            let mut changed = url.clone();
            changed.replace_range(place..=place, &other);
            // What is written as `%2F` may be written as `%2f`.
            let decoded = |url: &str| percent_decode_str(url).collect::<Vec<u8>>();
            let same = decoded(&changed) == decoded(&url);
            let read = read_parts(&changed).map(|(hash, name, query)| links().read(hash, name, query, NOW).is_ok());
            prop_assert!(same || read != Some(true), "{}", changed);
        }
    }

    fn read_parts(url: &str) -> Option<(&str, &str, &str)> {
        let (path, query) = url.strip_prefix("https://notes.example/api/files/")?.split_once('?')?;
        let (hash, name) = path.split_once('/')?;
        Some((hash, name, query))
    }

    #[test]
    fn a_link_ends_at_its_moment_and_is_good_with_its_own_secret_only() {
        let expires = Links::expiry(NOW);
        let url = links().url(&file("a", "text/html"), expires);
        assert!(read(&links(), &url, Timestamp(expires.0 - 1)).is_ok());
        let ended = read(&links(), &url, expires).unwrap_err();
        assert_eq!((ended.code, &*ended.message), (Code::Forbidden, "This link has ended; the object has a new one"));
        let other = Links::new("https://notes.example/api".parse().unwrap(), [8; 32]);
        let forged = read(&other, &url, NOW).unwrap_err();
        assert_eq!((forged.code, &*forged.message), (Code::Forbidden, "This server made no such link"));
        // Also after its end: who forges links learns nothing.
        assert_eq!(read(&other, &url, expires).unwrap_err().message, forged.message);
    }

    #[test]
    fn a_parameter_more_does_no_harm_and_one_twice_is_refused() {
        let url = links().url(&file("a", "image/png"), Links::expiry(NOW));
        assert!(read(&links(), &format!("{url}&utm=1"), NOW).is_ok());
        for twice in ["type=text/html", "expires=99999999999", "signature=AAAA"] {
            assert!(read(&links(), &format!("{url}&{twice}"), NOW).is_err(), "{twice}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", links()).contains('7'));
    }
}
