//! GET /docs: the document for people, by Swagger UI. All it loads comes from this server: the assets come inside a dependency,
//! and nothing names another host.

pub(crate) mod assets;
pub(crate) mod page;
