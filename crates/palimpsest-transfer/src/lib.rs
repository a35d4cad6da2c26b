//! What comes in and goes out: folders and archives of Markdown, exports of other applications, and our own.

pub mod demo;
pub mod export;
mod form;
pub mod import;
pub mod lossless;
