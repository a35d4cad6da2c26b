//! /objects and below.

mod all;
mod get;
mod lists;
mod paging;
mod search;
