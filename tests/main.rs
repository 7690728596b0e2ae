//! Everything that needs sockets, files, database engines, other programs or the sources, in one binary. Loopback only.

mod architecture;
mod clients;
mod clients_real;
mod config;
mod demo;
mod download;
mod store;
mod support;
mod torrent;
