//! The built binary from outside, in bad company: killed, cut off from its power, on a disk that fails, asked to stop, and
//! always with many clients at once. What it acknowledged has to be there afterwards; nothing may ever be there by half.
//!
//! `PALIMPSEST_TEST_LONG=1` runs more rounds. Each test prints the seed it draws from; `PALIMPSEST_TEST_SEED` draws the same
//! again, though threads and disks keep their own time.
//! What rests on guards that can be switched off needs the feature `faults`.
//!
//! What is promised, the tests that show it, and the controls that fail when a guard is switched off (by the name of its fault):
//!
//! | promise | shown by | controls |
//! |---|---|---|
//! | 1. durable: acknowledged means synced, anything else is there wholly or not at all | `powercut`, `crash`, `disk`, `faults`, `shutdown` | `powercut`: `synchronous-off` |
//! | 2. strictly serializable | `linearizability` (registers, lists, agreement), `counters`, `merged`, `hot`, `head` | `linearizability::register`: `compare-before-commit`; `lists` and `agreement`: `split-transactions`; `counters`: no condition; `merged`: no preference |
//! | 3. read your writes | `own_writes`, `head` | `own_writes`: `publish-late`; in the store's conformance tests: `publish-early` |
//! | 4. no silent loss | `counters` (what was overwritten), `Stored::check_versions` after every crash, the walks in `palimpsest-server` | `counters`: `forget-versions` |
//! | 5. a gapless feed | `replica`, the followers in `palimpsest-server` | `replica`: `follow-the-head`; there: a follower that trusts the head |
//! | 6. one effect per key | `retry`, the walks in `palimpsest-server` | `retry`: `forget-answers` |
//! | 7. nothing dropped in silence | `dropped`, the routes and walks in `palimpsest-server` | `dropped`: `drop-in-silence` |

#![cfg(test)]

mod backup;
mod backup_files;
mod claim;
mod cli;
#[cfg(feature = "faults")]
mod compaction;
mod counters;
mod crash;
mod demo;
mod disk;
mod dropped;
mod erasing;
mod events;
mod export;
mod failing_disk;
#[cfg(feature = "faults")]
mod faults;
#[cfg(feature = "faults")]
mod follower;
mod head;
mod hot;
mod http;
mod import;
mod ledger;
mod linearizability;
mod media;
mod merged;
mod own_writes;
mod policy;
mod powercut;
mod random;
mod replica;
#[cfg(feature = "faults")]
mod retry;
mod server;
mod shutdown;
mod stored;
#[cfg(feature = "faults")]
mod webhooks;
mod writers;
