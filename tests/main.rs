//! Everything that needs sockets, files, database engines or other programs, in one binary. Loopback only.

mod clients_real;
mod config;
mod store;
mod support;
//! Everything that needs sockets, files, database engines, other programs or the sources, in one binary.

#[cfg(test)]
mod architecture;
//! tests

mod demo;
//! The one test binary: everything with files, sockets or engines, and what is too large for a unit test.

mod torrent;
//! Every test that needs sockets, files or engines, in one program.

mod clients;
mod download;
mod support;
