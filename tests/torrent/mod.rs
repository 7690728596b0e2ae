//! What is a torrent and what is not, from generated files; and from the shared corpus where it is present.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may, their helpers outside test functions included"
)]

mod build;
mod corpus;
mod hostile;
mod inspect;
mod kinds;
mod properties;
