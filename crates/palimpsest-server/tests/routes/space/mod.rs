//! /space and below.

mod get;
mod structures;
