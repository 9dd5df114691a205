//! Tests of the whole program, in one binary. What one module does is tested beside it.

mod support;

mod cli;
mod conformance;
mod diagnostics;
mod docs;
mod layers;
mod properties;
mod samples;
mod schemas;
mod variants;
