//! /blocks/….

mod append;
mod block;
mod markdown;
