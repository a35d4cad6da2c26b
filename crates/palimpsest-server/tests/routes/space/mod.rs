//! /space and below.

mod changing;
mod get;
mod retype;
mod structures;
