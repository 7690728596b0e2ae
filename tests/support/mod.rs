//! Small things that several areas' tests share.

pub mod account;
pub mod database;
pub mod household;
pub mod http;
pub mod keys;
pub mod ledger;
pub mod postgres;
pub mod process;
pub mod python;
pub mod raw_http;
pub mod service;
pub mod shared;
pub mod subscriber;
pub mod tls;
pub mod torrent;
pub mod upstreams;
pub mod wait;
