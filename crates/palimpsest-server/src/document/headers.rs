//! The headers that answers carry.

use serde_json::{Map, Value, json};

use super::shape::{count, pattern, text, word};

/// A header of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Header {
    RequestId,
    Revision,
    RevisionIfAny,
    Location,
    RateLimit,
    RateLimitIfAny,
    BetaPolicy,
    BetaLimit,
    BetaRemaining,
    BetaReset,
    RetryAfter,
    Authenticate,
    Allow,
    Policy,
    Ignored,
    Applied,
    Tag,
    TagIfAny,
    Cache,
    Vary,
    Replayed,
    FileTag,
    Ranges,
    Disposition,
    FilePolicy,
    NoSniff,
    Referrer,
    Resource,
    FileCache,
    Range,
    NoRange,
}

use Header::{
    Allow, Applied, Authenticate, BetaLimit, BetaPolicy, BetaRemaining, BetaReset, Cache, Disposition, FileCache,
    FilePolicy, FileTag, Ignored, Location, NoRange, NoSniff, Policy, Range, Ranges, RateLimit, RateLimitIfAny,
    Referrer, Replayed, RequestId, Resource, RetryAfter, Revision, RevisionIfAny, Tag, TagIfAny, Vary,
};

const ALL: &[Header] = &[
    RequestId,
    Revision,
    RevisionIfAny,
    Location,
    RateLimit,
    RateLimitIfAny,
    BetaPolicy,
    BetaLimit,
    BetaRemaining,
    BetaReset,
    RetryAfter,
    Authenticate,
    Allow,
    Policy,
    Ignored,
    Applied,
    Tag,
    TagIfAny,
    Cache,
    Vary,
    Replayed,
    FileTag,
    Ranges,
    Disposition,
    FilePolicy,
    NoSniff,
    Referrer,
    Resource,
    FileCache,
    Range,
    NoRange,
];

/// The headers of the components.
pub(super) fn components() -> Map<String, Value> {
    ALL.iter().map(|header| (format!("{header:?}"), header.value())).collect()
}

/// The headers of one answer.
pub(super) fn of_an_answer(headers: &[Header]) -> Value {
    let one = |header: &Header| (header.name().to_owned(), json!({"$ref": format!("#/components/headers/{header:?}")}));
    Value::Object(headers.iter().map(one).collect())
}

/// An entity tag: log, revision, and where bytes are shown their digest.
const ETAG: &str = "^\"[0-9a-f]{16}\\.[0-9]+(-[A-Za-z0-9_-]{16})?\"$";

impl Header {
    /// What the beta API tells of its limits.
    pub(super) const BETA: [Self; 4] = [BetaPolicy, BetaLimit, BetaRemaining, BetaReset];

    fn name(self) -> &'static str {
        match self {
            BetaPolicy => "RateLimit-Policy",
            BetaLimit => "RateLimit-Limit",
            BetaRemaining => "RateLimit-Remaining",
            BetaReset => "RateLimit-Reset",
            RequestId => "X-Request-Id",
            Revision | RevisionIfAny => "Palimpsest-Revision",
            Location => "Content-Location",
            RateLimit | RateLimitIfAny => "RateLimit",
            RetryAfter => "Retry-After",
            Authenticate => "WWW-Authenticate",
            Allow => "Allow",
            Policy | FilePolicy => "Content-Security-Policy",
            Ignored => "Palimpsest-Ignored",
            Applied => "Preference-Applied",
            Tag | TagIfAny | FileTag => "ETag",
            Cache | FileCache => "Cache-Control",
            Vary => "Vary",
            Replayed => "Idempotency-Replayed",
            Ranges => "Accept-Ranges",
            Range | NoRange => "Content-Range",
            Disposition => "Content-Disposition",
            NoSniff => "X-Content-Type-Options",
            Referrer => "Referrer-Policy",
            Resource => "Cross-Origin-Resource-Policy",
        }
    }

    fn value(self) -> Value {
        let limits = || pattern("^limit=[0-9]+, remaining=[0-9]+, reset=[0-9]+$");
        let (required, schema, about) = match self {
            RequestId => (true, text(), "The name of the request in the log: the one that was sent, or a new one."),
            Revision => (true, count(1), "The revision of the space it was computed at; on a write, the one it took."),
            RevisionIfAny => {
                (false, count(1), "The revision of the space it was decided at, when that took a look into the space.")
            }
            Location => {
                let place = pattern("^/object\\?id=[0-9a-f-]{36}(&revision=[1-9][0-9]*)?$");
                (true, place, "Where the object can be read as it is shown.")
            }
            RateLimit => (true, limits(), "What the window of this token and endpoint allows; nothing is left of it."),
            RateLimitIfAny => {
                let about = "What the window of this token and endpoint allows, what is left of it and in how many \
                             seconds it ends; absent when limits are off.";
                (false, limits(), about)
            }
            BetaPolicy => (
                false,
                pattern("^[0-9]+;w=60$"),
                "How often a token may call this endpoint, and within how many seconds.",
            ),
            BetaLimit => (false, count(1), "How often a token may call this endpoint within a window."),
            BetaRemaining => (false, count(0), "What is left of the window."),
            BetaReset => (false, count(1), "In how many seconds the window ends."),
            RetryAfter => (true, count(1), "After how many seconds to try again."),
            Authenticate => (true, json!({"type": "string", "const": "Bearer"}), "How to authenticate."),
            Allow => (true, pattern("^[A-Z]+(, [A-Z]+)*$"), "The methods that the path knows."),
            Ignored => (false, text(), "What of the request was passed over: a list of its paths (RFC 9651)."),
            Applied => (false, text(), "The preferences that were applied (RFC 7240)."),
            Tag => (true, pattern(ETAG), "The version that is shown, and the digest of its bytes (RFC 9110)."),
            TagIfAny => (false, pattern(ETAG), "The version that the write left."),
            Cache => (true, json!({"type": "string", "const": "private, no-cache"}), "To be asked for each time."),
            Vary => (
                true,
                json!({"type": "string", "const": "Authorization, Accept-Encoding"}),
                "What the answer depends on.",
            ),
            Replayed => {
                let about = "The request was done before, with this key; this is what was answered then.";
                (false, json!({"type": "string", "const": "true"}), about)
            }
            Policy => (true, text(), "What the page may load: nothing from another host."),
            FileTag => (true, pattern("^\"[0-9a-f]{64}\"$"), "The SHA-256 of the whole file."),
            FileCache => (true, pattern("^private, max-age=[0-9]+$"), "To be kept until the link ends."),
            FilePolicy => (true, text(), "That nothing of the file runs, should it be shown."),
            Ranges => (true, word("bytes"), "That parts can be asked for."),
            Range => (true, pattern("^bytes [0-9]+-[0-9]+/[0-9]+$"), "Which part it is, and of how many bytes."),
            NoRange => (true, pattern("^bytes \\*/[0-9]+$"), "How many bytes the file has."),
            Disposition => (
                true,
                pattern("^(inline|attachment); "),
                "Whether to show it or to save it, and under which name (RFC 6266).",
            ),
            NoSniff => (true, word("nosniff"), "That it is what it is said to be."),
            Referrer => (true, word("no-referrer"), "That the link is told to nobody."),
            Resource => (true, word("cross-origin"), "That pages of other origins may show it."),
        };
        json!({"description": about, "required": required, "schema": schema})
    }
}
