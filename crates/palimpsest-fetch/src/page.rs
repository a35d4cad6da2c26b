//! What a fetch gives.

use url::Url;

/// What was found where a URL leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Where the last redirect led; the URL itself, normalised, if there was none.
    pub final_url: Url,
    /// The type and subtype of the `Content-Type`, in lower case, without parameters; `application/octet-stream` if the
    /// host names none that can be read.
    pub content_type: String,
    /// The host of [`final_url`](Self::final_url), in ASCII (international names are in Punycode).
    pub host: String,
    /// How HTML calls itself.
    pub title: Option<String>,
    /// How HTML describes itself.
    pub description: Option<String>,
}
