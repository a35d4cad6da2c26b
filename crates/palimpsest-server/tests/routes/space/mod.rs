//! /space and below.

mod changing;
mod get;
mod structures;
