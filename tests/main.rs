//! The one test binary: everything with files, sockets or engines, and what is too large for a unit test.

mod torrent;
