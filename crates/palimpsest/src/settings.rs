//! Settings: defaults, then the TOML file, then PALIMPSEST_* variables, then flags; the later win.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use etcetera::BaseStrategy;
use palimpsest_engine::{CACHE, PublicUrl};
use palimpsest_files::Bucket;
use palimpsest_server::{Origin, RateLimits};
use serde::{Deserialize, Deserializer};

use crate::commits::CommitsPerSync;
use crate::duration::milliseconds;
use crate::size::Size;
use crate::telemetry::{Format, Level};

/// What was given in one place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Given {
    pub(crate) data: Option<PathBuf>,
    pub(crate) listen: Option<String>,
    #[serde(default, deserialize_with = "read_word_or_number")]
    pub(crate) rate_limits: Option<Rates>,
    pub(crate) fetch_links: Option<FetchLinks>,
    #[serde(default, deserialize_with = "read_word")]
    pub(crate) history: Option<History>,
    pub(crate) legacy_api: Option<LegacyApi>,
    #[serde(default, deserialize_with = "read_origins")]
    pub(crate) cors: Option<Vec<Origin>>,
    #[serde(default, deserialize_with = "read_word_or_number")]
    pub(crate) max_file: Option<Size>,
    #[serde(default, deserialize_with = "read_word_or_number")]
    pub(crate) cache_size: Option<Size>,
    pub(crate) commits_per_sync: Option<CommitsPerSync>,
    #[serde(default, deserialize_with = "read_word")]
    pub(crate) public_url: Option<PublicUrl>,
    #[serde(default, deserialize_with = "read_word")]
    pub(crate) files: Option<Bucket>,
    /// Asked for once, and no setting.
    #[serde(skip)]
    pub(crate) claim_files: bool,
    pub(crate) demo: Option<bool>,
    pub(crate) log_format: Option<Format>,
    pub(crate) log_level: Option<Level>,
}

/// Rate limits as a setting: `off`, `capacities` or a number; in the file the number may stand without quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates(RateLimits);

impl FromStr for Rates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// How long earlier versions are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum History {
    /// For ever.
    Forever,
    /// So many milliseconds.
    For(i64),
}

impl FromStr for History {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "forever" {
            return Ok(Self::Forever);
        }
        milliseconds(text).map(Self::For).map_err(|error| format!("{error}, or forever"))
    }
}

/// Origins in the file: a list of texts.
fn read_origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Origin>>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    let read: Result<_, _> = written.iter().map(|text| text.parse()).collect();
    read.map(Some).map_err(serde::de::Error::custom)
}

/// A setting of the file that is one text.
fn read_word<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}

/// The same, where a number may stand without quotes.
fn read_word_or_number<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Word(String),
        Number(u64),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Word(word) => word,
        Written::Number(number) => number.to_string(),
    };
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// Which pages the server looks at when a weblink is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FetchLinks {
    /// Those of the public network
    Public,
    /// None
    Off,
}

/// Whether the retired beta API is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LegacyApi {
    /// It is
    On,
    /// It is not: its paths are 404
    Off,
}

/// What is in force.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data: PathBuf,
    pub(crate) listen: String,
    pub(crate) rate_limits: RateLimits,
    pub(crate) fetch_links: FetchLinks,
    pub(crate) history: History,
    pub(crate) legacy_api: LegacyApi,
    pub(crate) cors: Vec<Origin>,
    pub(crate) max_file: Size,
    /// How much memory answers may take that are kept to be given again.
    pub(crate) cache_size: Size,
    pub(crate) commits_per_sync: CommitsPerSync,
    /// Where others reach the server; that of its address when nothing is said.
    pub(crate) public_url: Option<PublicUrl>,
    /// The bucket that files lie in; the data folder when nothing is said.
    pub(crate) files: Option<Bucket>,
    /// Whether the bucket is taken from the store whose files it holds.
    pub(crate) claim_files: bool,
    /// Whether a small example is made where nothing is.
    pub(crate) demo: bool,
    pub(crate) log_format: Format,
    pub(crate) log_level: Level,
}

impl Settings {
    /// Puts what the command line and the environment gave over the file, and that over the defaults.
    pub(crate) fn resolve(given: Given, file: Option<&Path>) -> anyhow::Result<Self> {
        let file = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                toml::from_str(&text).with_context(|| path.display().to_string())?
            }
            None => Given::default(),
        };
        let data = match given.data.or(file.data) {
            Some(data) => data,
            None => default_data()?,
        };
        Ok(Self {
            data,
            listen: given.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:4010".to_owned()),
            rate_limits: given.rate_limits.or(file.rate_limits).map_or_else(RateLimits::default, |rates| rates.0),
            fetch_links: given.fetch_links.or(file.fetch_links).unwrap_or(FetchLinks::Public),
            history: given.history.or(file.history).unwrap_or(History::Forever),
            legacy_api: given.legacy_api.or(file.legacy_api).unwrap_or(LegacyApi::On),
            cors: given.cors.or(file.cors).unwrap_or_default(),
            max_file: given.max_file.or(file.max_file).unwrap_or_default(),
            cache_size: given.cache_size.or(file.cache_size).unwrap_or(Size(CACHE)),
            commits_per_sync: given.commits_per_sync.or(file.commits_per_sync).unwrap_or_default(),
            public_url: given.public_url.or(file.public_url),
            files: given.files.or(file.files),
            claim_files: given.claim_files,
            demo: given.demo.or(file.demo).unwrap_or(false),
            log_format: given.log_format.or(file.log_format).unwrap_or(Format::Text),
            log_level: given.log_level.or(file.log_level).unwrap_or(Level::Info),
        })
    }
}

/// The platform's folder for the data of programs.
fn default_data() -> anyhow::Result<PathBuf> {
    let platform = etcetera::choose_base_strategy().context("no data folder is known: name one with --data")?;
    Ok(platform.data_dir().join("palimpsest"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        std::fs::write(
            &path,
            "data = \"/from/file\"\nlisten = \"127.0.0.1:1\"\nlog-format = \"json\"\nrate-limits = 30\nmax-file = \"300MB\"\ncache-size = \"1GiB\"\ncommits-per-sync = 8\nhistory = \"90d\"\n",
        )
        .unwrap();
        let given = Given { listen: Some("127.0.0.1:2".to_owned()), ..Given::default() };
        let settings = Settings::resolve(given, Some(&path)).unwrap();
        assert_eq!(settings.data, PathBuf::from("/from/file"));
        assert_eq!(settings.listen, "127.0.0.1:2");
        assert_eq!(settings.rate_limits, RateLimits::Fixed(30));
        assert_eq!(settings.max_file, Size(300_000_000));
        assert_eq!(settings.cache_size, Size(1 << 30));
        assert_eq!(settings.commits_per_sync, CommitsPerSync(8));
        assert_eq!(settings.history, History::For(90 * 86_400_000));
        assert_eq!((settings.log_format, settings.log_level), (Format::Json, Level::Info));
    }

    #[test]
    fn history_is_kept_for_ever_unless_said_otherwise() {
        let settings = Settings::resolve(Given { data: Some("/data".into()), ..Given::default() }, None).unwrap();
        assert_eq!(settings.history, History::Forever);
        assert_eq!("12h".parse(), Ok(History::For(12 * 3_600_000)));
        let wrong = "90".parse::<History>().unwrap_err();
        assert!(wrong.contains("`90` is no length of time") && wrong.ends_with("or forever"), "{wrong}");
    }

    #[test]
    fn the_retired_api_is_served_unless_said_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        let resolved = |text: &str, given: Option<LegacyApi>| {
            std::fs::write(&path, text).unwrap();
            let given = Given { legacy_api: given, ..Given::default() };
            Settings::resolve(given, Some(&path)).map(|settings| settings.legacy_api)
        };
        assert_eq!(resolved("", None).unwrap(), LegacyApi::On);
        assert_eq!(resolved("legacy-api = \"off\"\n", None).unwrap(), LegacyApi::Off);
        assert_eq!(resolved("legacy-api = \"off\"\n", Some(LegacyApi::On)).unwrap(), LegacyApi::On);
        assert!(resolved("legacy-api = true\n", None).is_err());
    }

    #[test]
    fn origins_of_the_file_are_read_and_none_is_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        let resolved = |text: &str, given: Given| {
            std::fs::write(&path, text).unwrap();
            Settings::resolve(given, Some(&path)).map(|settings| settings.cors)
        };
        let origin = |text: &str| text.parse::<Origin>().unwrap();
        let two = "cors = [\"https://a.example\", \"http://localhost:5173\"]\n";
        assert_eq!(resolved("", Given::default()).unwrap(), []);
        let both = [origin("https://a.example"), origin("http://localhost:5173")];
        assert_eq!(resolved(two, Given::default()).unwrap(), both);
        let given = Given { cors: Some(vec![origin("https://b.example")]), ..Given::default() };
        assert_eq!(resolved(two, given).unwrap(), [origin("https://b.example")]);
        let error = resolved("cors = [\"*\"]\n", Given::default()).unwrap_err();
        assert!(format!("{error:#}").contains("`*` is no origin"), "{error:#}");
    }

    #[test]
    fn a_public_url_is_read_and_none_is_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        let resolved = |text: &str, given: Option<&str>| {
            std::fs::write(&path, text).unwrap();
            let given = Given { public_url: given.map(|url| url.parse().unwrap()), ..Given::default() };
            Settings::resolve(given, Some(&path)).map(|settings| settings.public_url.map(|url| url.to_string()))
        };
        let one = "public-url = \"https://a.example/\"\n";
        assert_eq!(resolved("", None).unwrap(), None);
        assert_eq!(resolved(one, None).unwrap().as_deref(), Some("https://a.example"));
        assert_eq!(resolved(one, Some("http://b:1")).unwrap().as_deref(), Some("http://b:1"));
        let error = resolved("public-url = \"a.example\"\n", None).unwrap_err();
        assert!(format!("{error:#}").contains("`a.example` is no public URL"), "{error:#}");
    }

    #[test]
    fn a_bucket_is_read_and_the_folder_is_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        let resolved = |text: &str, given: Option<&str>| {
            std::fs::write(&path, text).unwrap();
            let given = Given { files: given.map(|bucket| bucket.parse().unwrap()), ..Given::default() };
            Settings::resolve(given, Some(&path)).map(|settings| settings.files.map(|bucket| bucket.to_string()))
        };
        let one = "files = \"s3://mine/notes\"\n";
        assert_eq!(resolved("", None).unwrap(), None);
        assert_eq!(resolved(one, None).unwrap().as_deref(), Some("s3://mine/notes"));
        assert_eq!(resolved(one, Some("s3://other")).unwrap().as_deref(), Some("s3://other"));
        let error = resolved("files = \"/mnt/files\"\n", None).unwrap_err();
        assert!(format!("{error:#}").contains("`/mnt/files` names no bucket"), "{error:#}");
    }

    #[test]
    fn the_demo_is_asked_for_and_the_flag_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        let resolved = |text: &str, demo| {
            std::fs::write(&path, text).unwrap();
            Settings::resolve(Given { demo, ..Given::default() }, Some(&path)).unwrap().demo
        };
        assert!(!resolved("", None));
        assert!(resolved("", Some(true)));
        assert!(resolved("demo = true\n", None));
        assert!(!resolved("demo = true\n", Some(false)));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palimpsest.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let error = Settings::resolve(Given::default(), Some(&path)).unwrap_err();
        assert!(format!("{error:#}").contains("lisen"), "{error:#}");
    }
}
