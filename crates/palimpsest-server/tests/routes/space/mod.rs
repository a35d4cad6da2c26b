//! /space and below.

mod get;
mod retype;
mod structures;
