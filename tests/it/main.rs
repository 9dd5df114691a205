//! Tests of the whole program, in one binary. What one module does is tested beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "what fabkube wrote is looked at from outside")]

mod support;

mod alarms;
mod authorities;
mod block;
mod chains;
mod chaincodes;
mod channels;
mod cli;
mod cli_pods;
mod cluster;
mod conformance;
mod coredns;
mod cryptogen;
mod diagnostics;
mod docs;
mod fabric_config;
mod fabric_ca;
mod gateway;
mod exposure;
mod generated;
mod images;
mod inspect;
mod keys;
mod kind;
mod reference;
mod restarts;
mod roll;
mod runs;
mod layers;
mod namespaces;
mod network_policies;
mod nulls;
mod networks;
mod node_ports;
mod custom_resources;
mod operations;
mod pods;
mod profile;
mod properties;
mod samples;
mod schema;
mod schemas;
mod state_databases;
mod updates;
mod variants;
mod versions;
