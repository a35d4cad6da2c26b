//! Taking over what was in a space elsewhere, with its ids: nothing is overwritten, and nothing comes in that the API could not
//! show.

mod adopt;
mod days;
mod form;
mod schema;

pub use adopt::{Adoption, Blueprint, Fate};
