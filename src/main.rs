//! grabfeed's entry point.
fn main() {}
