//! The program `fabkube`.

fn main() {}
