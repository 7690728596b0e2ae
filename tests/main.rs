//! tests

mod demo;
