//! The command line.

use std::path::PathBuf;

use anyhow::Context;
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use palimpsest_engine::admin::Command;
use palimpsest_engine::{Clock, Policy, PublicUrl, Scope};
use palimpsest_files::Bucket;
use palimpsest_model::Timestamp;
use palimpsest_server::Origin;

use crate::commits::CommitsPerSync;
use crate::duration::milliseconds;
use crate::export::ExportArgs;
use crate::import::ImportArgs;
use crate::settings::{FetchLinks, Given, History, LegacyApi, Rates, Settings};
use crate::size::Size;
use crate::world::SystemClock;
use crate::{backup, export, import, offline, print, restore, run, telemetry, verify};

/// A self-hosted server that speaks the Capacities API and keeps every version.
#[derive(Parser, Debug)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Top,
    /// The data folder [default: the platform's]
    #[arg(long, global = true, env = "PALIMPSEST_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// A TOML file with settings; flags and PALIMPSEST_* variables win over it
    #[arg(long, global = true, env = "PALIMPSEST_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where files lie: a bucket that speaks S3, with keys from AWS_* variables [default: the data folder]
    #[arg(long, global = true, env = "PALIMPSEST_FILES", value_name = "s3://BUCKET[/PREFIX]")]
    files: Option<Bucket>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand, Debug)]
enum Top {
    /// Serve the API; on an empty folder make a space and a token, and print the token once
    Serve(ServeArgs),
    /// Spaces: create, list, rename, set the time zone, delete
    #[command(subcommand)]
    Space(SpaceCommand),
    /// Access tokens: create, list, revoke
    #[command(subcommand)]
    Token(TokenCommand),
    /// Make a token for managing over HTTP; its secret is printed once, alone on the last line
    #[command(args_conflicts_with_subcommands = true)]
    AdminToken {
        #[command(subcommand)]
        command: Option<AdminTokenCommand>,
        #[command(flatten)]
        new: NewAdminToken,
    },
    /// Structures (object types): create, list
    #[command(subcommand)]
    Structure(StructureCommand),
    /// Collections: create, list
    #[command(subcommand)]
    Collection(CollectionCommand),
    /// Take the content of an object out of everything, its history included; it cannot be had back
    Erase {
        /// Its id
        id: String,
        /// The space (title or id); may be left out when there is one
        #[arg(long)]
        space: Option<String>,
    },
    /// Write everything to a new file, as it stands at this moment, and the bytes of files to FILE.files; also while the server runs
    Backup { file: PathBuf },
    /// Make the store of a data folder that has none of a backup; entity tags, cursors and positions of before are void then
    Restore {
        file: PathBuf,
        /// Restore also when bytes of files are missing or damaged, without them
        #[arg(long)]
        without_missing: bool,
    },
    /// Make objects of notes, tables and files from elsewhere; what is there already is left as it is
    Import(ImportArgs),
    /// Write a space to a folder or a zip archive: Markdown to read, media, and a lossless form that `import` takes back
    Export(ExportArgs),
    /// Look through everything that is stored, and all files, for damage; also while the server runs
    Verify,
    /// Print the OpenAPI document of the API
    Openapi,
}

#[derive(Args, Debug)]
struct ServeArgs {
    /// The address to listen on; port 0 takes a free one [default: 127.0.0.1:4010]
    #[arg(long, env = "PALIMPSEST_LISTEN", value_name = "ADDR")]
    listen: Option<String>,
    /// How often a token may call an endpoint in 60 s: off, as the hosted service, or a number [default: 6000]
    #[arg(long, env = "PALIMPSEST_RATE_LIMITS", value_name = "off|capacities|N")]
    rate_limits: Option<Rates>,
    /// Which pages the server looks at when a weblink is made: those of the public network, or none [default: public]
    #[arg(long, env = "PALIMPSEST_FETCH_LINKS", value_name = "public|off")]
    fetch_links: Option<FetchLinks>,
    /// How long earlier versions are kept: for ever, or 12h, 90d, 52w [default: forever]
    #[arg(long, env = "PALIMPSEST_HISTORY", value_name = "forever|DURATION")]
    history: Option<History>,
    /// Whether the retired beta API is served [default: on]
    #[arg(long, env = "PALIMPSEST_LEGACY_API", value_name = "on|off")]
    legacy_api: Option<LegacyApi>,
    /// The origins whose pages may call from a browser, such as `https://notes.example` [default: none]
    #[arg(long, env = "PALIMPSEST_CORS", value_name = "ORIGIN,…", value_delimiter = ',')]
    cors: Option<Vec<Origin>>,
    /// The largest file that is taken, such as 300MB or 2GiB [default: 1GiB]
    #[arg(long, env = "PALIMPSEST_MAX_FILE", value_name = "SIZE")]
    max_file: Option<Size>,
    /// How much memory answers may take that are kept to be given again, such as 256MiB [default: 64MiB]
    #[arg(long, env = "PALIMPSEST_CACHE_SIZE", value_name = "SIZE")]
    cache_size: Option<Size>,
    /// How many commits may share one sync, 1 to 256; 1 shows what sharing is worth [default: 256]
    #[arg(long, env = "PALIMPSEST_COMMITS_PER_SYNC", value_name = "N")]
    commits_per_sync: Option<CommitsPerSync>,
    /// Where others reach the server, such as `https://notes.example`; links to files begin with it [default: its address]
    #[arg(long, env = "PALIMPSEST_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// Take the bucket over from the store whose files it holds: from then on this server removes there what its objects do not have
    #[arg(long)]
    claim_files: bool,
    /// Fill the space of an empty folder with a small linked example; once it was made, nothing is done again
    #[arg(
        long,
        env = "PALIMPSEST_DEMO",
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    demo: Option<bool>,
    /// How the log is written [default: text]
    #[arg(long, env = "PALIMPSEST_LOG_FORMAT", value_name = "text|json")]
    log_format: Option<telemetry::Format>,
    /// What the log tells [default: info]
    #[arg(long, env = "PALIMPSEST_LOG_LEVEL", value_name = "error|warn|info|debug|trace")]
    log_level: Option<telemetry::Level>,
}

#[derive(Subcommand, Debug)]
enum SpaceCommand {
    /// Make a space with the built-in structures
    Create { title: String },
    /// List the spaces
    List,
    /// Give a space another title
    Rename { space: String, title: String },
    /// Give a space the time zone that decides which day is today, such as Europe/Berlin
    Timezone { space: String, zone: String },
    /// Say what the space asks of those who change something: nothing, or to name the version they change
    Policy { space: String, policy: PolicyWord },
    /// Remove a space with everything in it, its history and its tokens
    Delete { space: String },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyWord {
    /// The last write wins
    #[value(name = "lastWriteWins")]
    LastWriteWins,
    /// A change has to name the version it was made of (If-Match)
    #[value(name = "requireCondition")]
    RequireCondition,
}

impl From<PolicyWord> for Policy {
    fn from(word: PolicyWord) -> Self {
        match word {
            PolicyWord::LastWriteWins => Self::LastWriteWins,
            PolicyWord::RequireCondition => Self::RequireCondition,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScopeWord {
    /// Reads only
    Read,
    /// Reads and writes
    Write,
}

#[derive(Subcommand, Debug)]
enum TokenCommand {
    /// Make a token; its secret is printed once, alone on the last line
    Create {
        /// The space it opens (title or id); may be left out when there is one. Given more than once, the token is for the beta API only
        #[arg(long = "space", value_name = "SPACE")]
        spaces: Vec<String>,
        /// Its name, shown in the history of what it writes
        #[arg(long, default_value = "token")]
        name: String,
        /// What it may do
        #[arg(long, default_value = "write")]
        scope: ScopeWord,
        /// When it ends, from now: 45m, 12h, 30d, 8w [default: never]
        #[arg(long, value_name = "DURATION")]
        expires: Option<String>,
        /// Refuse its changes that do not name the version they were made of (If-Match)
        #[arg(long)]
        require_condition: bool,
    },
    /// List the tokens
    List {
        /// Only those of a space (title or id)
        #[arg(long)]
        space: Option<String>,
    },
    /// Revoke a token (id or name); it fails from the next request on
    Revoke { token: String },
}

#[derive(Args, Debug)]
struct NewAdminToken {
    /// Its name
    #[arg(long, default_value = "admin")]
    name: String,
    /// When it ends, from now: 45m, 12h, 30d, 8w [default: never]
    #[arg(long, value_name = "DURATION")]
    expires: Option<String>,
}

#[derive(Subcommand, Debug)]
enum AdminTokenCommand {
    /// List the tokens for managing
    List,
    /// Revoke one (id or name); it fails from the next request on
    Revoke { token: String },
}

#[derive(Subcommand, Debug)]
enum StructureCommand {
    /// Make a custom structure from a JSON file (`-` reads standard input)
    Create {
        file: PathBuf,
        /// The space (title or id); may be left out when there is one
        #[arg(long)]
        space: Option<String>,
    },
    /// List the structures
    List {
        /// The space (title or id); may be left out when there is one
        #[arg(long)]
        space: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
enum CollectionCommand {
    /// Make a collection for the objects of a structure
    Create {
        title: String,
        /// The structure (title or id)
        #[arg(long)]
        structure: String,
        /// The space (title or id); may be left out when there is one
        #[arg(long)]
        space: Option<String>,
    },
    /// List the collections
    List {
        /// The space (title or id); may be left out when there is one
        #[arg(long)]
        space: Option<String>,
    },
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut given = Given { data: self.data, files: self.files, ..Given::default() };
        if let Top::Serve(serve) = &self.command {
            given.listen.clone_from(&serve.listen);
            given.rate_limits = serve.rate_limits;
            given.fetch_links = serve.fetch_links;
            given.history = serve.history;
            given.legacy_api = serve.legacy_api;
            given.cors.clone_from(&serve.cors);
            given.max_file = serve.max_file;
            given.cache_size = serve.cache_size;
            given.commits_per_sync = serve.commits_per_sync;
            given.public_url.clone_from(&serve.public_url);
            given.claim_files = serve.claim_files;
            given.demo = serve.demo;
            given.log_format = serve.log_format;
            given.log_level = serve.log_level;
        }
        let settings = Settings::resolve(given, self.config.as_deref())?;
        let command = match self.command {
            Top::Openapi => return print::openapi(),
            Top::Serve(_) => return run::serve(&settings),
            Top::Backup { file } => return backup::run(&settings, &file, self.json),
            Top::Restore { file, without_missing } => {
                return restore::run(&settings, &file, without_missing, self.json);
            }
            Top::Export(args) => return export::run(&settings, args, self.json),
            Top::Verify => return verify::run(&settings, self.json),
            Top::Import(args) => return import::run(&settings, args, self.json),
            Top::Space(command) => command.into_command(),
            Top::Token(command) => command.into_command()?,
            Top::AdminToken { command, new } => match command {
                None => Command::AdminTokenCreate { name: new.name, expires_at: end(new.expires)? },
                Some(AdminTokenCommand::List) => Command::AdminTokenList,
                Some(AdminTokenCommand::Revoke { token }) => Command::AdminTokenRevoke { token },
            },
            Top::Structure(command) => command.into_command()?,
            Top::Collection(command) => command.into_command(),
            Top::Erase { id, space } => Command::Erase { space, id },
        };
        print::reply(&offline::administer(&settings, command)?, self.json)
    }
}

impl SpaceCommand {
    fn into_command(self) -> Command {
        match self {
            Self::Create { title } => Command::SpaceCreate { title },
            Self::List => Command::SpaceList,
            Self::Rename { space, title } => Command::SpaceRename { space, title },
            Self::Timezone { space, zone } => Command::SpaceTimezone { space, zone },
            Self::Policy { space, policy } => Command::SpacePolicy { space, concurrency: policy.into() },
            Self::Delete { space } => Command::SpaceDelete { space },
        }
    }
}

impl TokenCommand {
    fn into_command(self) -> anyhow::Result<Command> {
        Ok(match self {
            Self::Create { spaces, name, scope, expires, require_condition } => {
                let scopes = match scope {
                    ScopeWord::Read => vec![Scope::Read],
                    ScopeWord::Write => vec![Scope::Read, Scope::Write],
                };
                let expires_at = end(expires)?;
                let concurrency = if require_condition { Policy::RequireCondition } else { Policy::LastWriteWins };
                Command::TokenCreate { spaces, name, scopes, expires_at, concurrency }
            }
            Self::List { space } => Command::TokenList { space },
            Self::Revoke { token } => Command::TokenRevoke { token },
        })
    }
}

/// When something ends that lasts so long from now.
fn end(expires: Option<String>) -> anyhow::Result<Option<Timestamp>> {
    let Some(text) = expires else { return Ok(None) };
    Ok(Some(Timestamp(SystemClock.now().0.saturating_add(milliseconds(&text)?))))
}

impl StructureCommand {
    fn into_command(self) -> anyhow::Result<Command> {
        Ok(match self {
            Self::Create { file, space } => {
                let text = if file.as_os_str() == "-" {
                    std::io::read_to_string(std::io::stdin()).context("standard input")?
                } else {
                    std::fs::read_to_string(&file).with_context(|| file.display().to_string())?
                };
                let definition = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
                Command::StructureCreate { space, definition }
            }
            Self::List { space } => Command::StructureList { space },
        })
    }
}

impl CollectionCommand {
    fn into_command(self) -> Command {
        match self {
            Self::Create { title, structure, space } => Command::CollectionCreate { space, structure, title },
            Self::List { space } => Command::CollectionList { space },
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_coherent() {
        Cli::command().debug_assert();
    }
}
