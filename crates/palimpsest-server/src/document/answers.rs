//! The answers of the document: their bodies, and the headers each carries.

use http::StatusCode;
use palimpsest_engine::{Code, Kind};
use serde_json::{Map, Value, json};

use super::errors;
use super::headers::{Header, of_an_answer};
use super::links::{self, Link};
use super::shape::{one_of, refer};
use crate::answer::status_of;
use crate::endpoint::Access;

/// An answer that is no refusal.
pub(crate) struct Success {
    pub(super) status: StatusCode,
    about: &'static str,
    body: Option<(&'static str, Value)>,
    /// The same in other media types.
    others: Vec<(&'static str, Value)>,
    headers: Vec<Header>,
    links: Vec<Link>,
    /// Whether it shows something that has versions.
    pub(super) is_versioned: bool,
}

impl Success {
    /// An object as it is at the answered revision.
    pub(crate) fn object() -> Self {
        let success = Self::shown("The object as it is at this revision.", refer("Object"));
        Self { links: links::of_an_object(), ..success }
    }

    /// An object in another form.
    pub(crate) fn shown(about: &'static str, schema: Value) -> Self {
        let mut success = Self::json(about, schema);
        success.headers.push(Header::Location);
        success.versioned()
    }

    /// JSON made of what the store holds.
    pub(crate) fn json(about: &'static str, schema: Value) -> Self {
        Self { body: Some((super::JSON, schema)), ..Self::empty(about) }
    }

    /// A page of a list of objects.
    pub(crate) fn page(schema: &str) -> Self {
        Self { links: links::of_a_page(), ..Self::json("A page of the list.", refer(schema)).versioned() }
    }

    /// No body; the work is done.
    pub(crate) fn empty(about: &'static str) -> Self {
        let headers =
            vec![Header::RequestId, Header::Revision, Header::RateLimitIfAny, Header::Ignored, Header::Applied];
        let (others, links) = (Vec::new(), Vec::new());
        Self { status: StatusCode::OK, about, body: None, others, headers, links, is_versioned: false }
    }

    /// The same with a status that says that there is no body.
    pub(crate) fn without_content(self) -> Self {
        Self { status: StatusCode::NO_CONTENT, ..self }
    }

    /// No body, said by the status; the work is done.
    pub(crate) fn no_content(about: &'static str) -> Self {
        Self::empty(about).without_content()
    }

    /// The same with the headers of a call of this kind.
    pub(super) fn of(self, access: Access) -> Self {
        Self { headers: headers_of(access, &self.headers), ..self }
    }

    /// Something that needs no token and no store.
    pub(crate) fn plain(status: StatusCode, about: &'static str, media: &'static str, schema: Value) -> Self {
        let (others, links, headers) = (Vec::new(), Vec::new(), vec![Header::RequestId]);
        Self { status, about, body: Some((media, schema)), others, headers, links, is_versioned: false }
    }

    /// A file behind a link.
    pub(crate) fn file(status: StatusCode, about: &'static str) -> Self {
        let headers = vec![
            Header::RequestId,
            Header::FileTag,
            Header::Ranges,
            Header::Disposition,
            Header::FilePolicy,
            Header::NoSniff,
            Header::Referrer,
            Header::Resource,
            Header::FileCache,
        ];
        Self { headers, ..Self::plain(status, about, "*/*", json!({"type": "string", "format": "binary"})) }
    }

    /// A part of a file.
    pub(crate) fn partial(mut self) -> Self {
        self.headers.push(Header::Range);
        self
    }

    /// The same without its body.
    pub(crate) fn bodiless(self) -> Self {
        Self { body: None, ..self }
    }

    /// The same in another media type, for who accepts that.
    pub(crate) fn or(mut self, media: &'static str, schema: Value) -> Self {
        self.others.push((media, schema));
        self
    }

    /// Something that has versions.
    pub(crate) fn versioned(self) -> Self {
        Self { is_versioned: true, ..self }
    }

    /// The headers of the answers to a read.
    pub(super) fn read(mut self) -> Self {
        self.headers.extend([Header::Cache, Header::Vary]);
        if self.is_versioned {
            self.headers.push(Header::Tag);
        }
        self
    }

    /// The headers of the answers to a write.
    pub(crate) fn written(mut self) -> Self {
        self.headers.push(if self.is_versioned { Header::Tag } else { Header::TagIfAny });
        self
    }

    /// The same for who has these bytes already.
    pub(super) fn known(&self) -> Value {
        json!({"description": "The client has it already.", "headers": of_an_answer(&self.headers)})
    }

    /// A page that says what it may load.
    pub(crate) fn guarded(mut self) -> Self {
        self.headers.push(Header::Policy);
        self
    }

    /// A call that what was answered leads to.
    pub(crate) fn leads(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// The same, of a call that may be sent again with its key.
    pub(super) fn repeatable(mut self) -> Self {
        self.headers.push(Header::Replayed);
        self
    }

    /// The same for who prefers no body.
    pub(super) fn minimal(&self) -> Value {
        json!({"description": "Done, as `Prefer: return=minimal` asks for it.", "headers": of_an_answer(&self.headers)})
    }

    pub(super) fn response(&self) -> Value {
        let mut response = json!({"description": self.about, "headers": of_an_answer(&self.headers)});
        for (media, schema) in self.body.iter().chain(&self.others) {
            response["content"][*media] = json!({ "schema": schema });
        }
        if !self.links.is_empty() {
            let links = self.links.iter().map(|link| (link.name.to_owned(), link.value()));
            response["links"] = Value::Object(links.collect());
        }
        response
    }
}

/// The responses of the components that belong to no endpoint.
pub(super) fn of_no_endpoint() -> Map<String, Value> {
    let method = refusal(Code::MethodNotAllowed.sentence(), &[Code::MethodNotAllowed], &[Header::Allow]);
    let path = refusal("Nothing is served at this path.", &[Code::NotFound], &[]);
    [("MethodNotAllowed".to_owned(), method), ("UnknownPath".to_owned(), path)].into_iter().collect()
}

/// The response to a refusal with one of these codes, which all have one status, and what it is called.
pub(super) fn refused(codes: &[Code], access: Access) -> (String, Value) {
    let name = codes.iter().map(|code| errors::name(*code)).collect::<Vec<_>>().join("Or");
    let about = codes.iter().map(|code| code.sentence()).collect::<Vec<_>>().join(" ");
    let headers: &[Header] = match codes.first().map_or(Kind::Internal, |code| code.kind()) {
        Kind::NotFound
        | Kind::Conflict
        | Kind::Mismatch
        | Kind::Gone
        | Kind::PreconditionFailed
        | Kind::PreconditionRequired => &[Header::Revision, Header::RateLimitIfAny],
        Kind::Invalid | Kind::Internal => &[Header::RevisionIfAny, Header::RateLimitIfAny],
        Kind::Forbidden | Kind::TooLarge => &[Header::RateLimitIfAny],
        Kind::TooOften => &[Header::RetryAfter, Header::RateLimit],
        Kind::Unavailable => &[Header::RetryAfter, Header::RateLimitIfAny],
        Kind::Unauthenticated => &[Header::Authenticate],
        Kind::MethodNotAllowed => &[Header::Allow],
        Kind::Unsatisfiable => &[Header::NoRange],
    };
    let own = headers_of(access, headers);
    let name = match access {
        _ if own == headers => name,
        Access::Beta(_) => format!("{name}OfBeta"),
        Access::Open => format!("{name}Openly"),
        _ => format!("{name}OfNoSpace"),
    };
    (name, refusal(&about, codes, &own))
}

/// The headers of an answer in a call of this kind: one that is not about the one space of its token has no revision where it
/// is about none or several, and the beta API had other headers for its limits. What is open to everyone is of no space, and
/// none of its windows is counted.
fn headers_of(access: Access, headers: &[Header]) -> Vec<Header> {
    let own = headers.iter().flat_map(|header| match (access, header) {
        (Access::Open, Header::Revision | Header::RevisionIfAny | Header::RateLimit | Header::RateLimitIfAny) => {
            Vec::new()
        }
        (Access::Beta(_), Header::RateLimit | Header::RateLimitIfAny) => Header::BETA.to_vec(),
        (Access::Beta(_) | Access::Operator, Header::Revision) => vec![Header::RevisionIfAny],
        (_, other) => vec![*other],
    });
    own.collect()
}

fn refusal(about: &str, codes: &[Code], headers: &[Header]) -> Value {
    let schema = match codes {
        [code] => refer(&errors::name(*code)),
        several => one_of(several.iter().map(|code| errors::name(*code))),
    };
    let headers = of_an_answer(&[&[Header::RequestId], headers].concat());
    json!({"description": about, "headers": headers, "content": {super::JSON: {"schema": schema}}})
}

/// The status of a code.
pub(super) fn status(code: Code) -> StatusCode {
    status_of(code.kind())
}
