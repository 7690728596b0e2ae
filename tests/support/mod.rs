//! Small things that several areas' tests share.

pub(crate) mod account;
pub(crate) mod database;
pub(crate) mod household;
pub(crate) mod http;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod raw_http;
pub(crate) mod service;
pub(crate) mod shared;
pub(crate) mod subscriber;
pub(crate) mod tls;
pub(crate) mod torrent;
pub(crate) mod upstreams;
pub(crate) mod wait;
