//! Tests of the whole program, in one binary. What one module does is tested beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "what fabkube wrote is looked at from outside")]

mod support;

mod authorities;
mod block;
mod chains;
mod channels;
mod cli;
mod cluster;
mod conformance;
mod cryptogen;
mod diagnostics;
mod docs;
mod fabric_config;
mod generated;
mod inspect;
mod keys;
mod reference;
mod roll;
mod runs;
mod layers;
mod namespaces;
mod networks;
mod pods;
mod properties;
mod samples;
mod schemas;
mod state_databases;
mod updates;
mod variants;
mod versions;
