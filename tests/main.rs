//! Every test that needs sockets, files or engines, in one program.

mod clients;
mod download;
mod support;
