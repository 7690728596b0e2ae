//! The tests that need sockets, files, engines or the sources, in one binary.

#[cfg(test)]
mod architecture;
