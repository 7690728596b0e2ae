//! Everything that needs sockets, files, database engines, other programs or the sources, in one binary.

#[cfg(test)]
mod architecture;
