//! /block.

mod delete;
