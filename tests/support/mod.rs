//! What tests of several areas need.

pub mod database;
pub mod postgres;
