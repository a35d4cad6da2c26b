//! /objects and below.

mod all;
mod lists;
mod paging;
mod search;
