//! Everything that needs sockets, files, database engines or other programs, in one binary. Loopback only.

mod clients_real;
mod config;
mod store;
mod support;
