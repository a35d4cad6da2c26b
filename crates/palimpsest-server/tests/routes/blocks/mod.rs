//! /blocks/….

mod append;
mod block;
mod daily;
mod markdown;
mod moving;
