//! Everything that needs sockets, files, database engines, other programs or the sources, in one binary. Loopback only.

// Clippy's leave to unwrap and panic in tests then reaches their helpers as well.
#![cfg(test)]

mod architecture;
mod browser;
mod clients_real;
mod command_line;
mod config;
mod demo;
mod demo_command;
mod download;
mod fuzz;
mod kill;
mod observatory;
mod oidc;
mod openapi;
mod packaging;
mod promises;
mod proxies;
mod store;
mod support;
mod torrent;
mod upstream;
mod web;
