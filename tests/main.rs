//! Everything that needs sockets, files, database engines or other programs, in one binary. Loopback only.

#[cfg(test)]
mod clients_real;
#[cfg(test)]
mod support;
