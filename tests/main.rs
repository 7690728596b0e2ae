//! tests

mod store;
mod support;
