//! The API as clients meet it: requests into the router, answers out of it, over the in-memory store. No socket; the clock is
//! moved by hand. Modules stand where their paths stand in the URL tree; what holds for every path comes first.

#![cfg(test)]

mod admin;
mod at_hand;
mod authorisation;
mod codes;
mod conditions;
mod cors;
mod document;
mod erased;
mod horizon;
mod http;
mod ignored;
mod limits;
mod order;
mod preferences;
mod rates;
mod retention;
mod retry;
mod revisions;
mod times;
mod uploads;
mod walk;
mod webhooks;

mod beta;
mod block;
mod blocks;
mod changes;
mod docs;
mod files;
mod health;
mod merge;
mod object;
mod objects;
mod space;
mod transactions;
mod trash;

mod app;
mod contract;
mod faulty;
mod kept;
mod wire;
