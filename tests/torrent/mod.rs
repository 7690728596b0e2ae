//! What is a torrent and what is not, from generated files; and from the shared corpus where it is present.

mod build;
mod corpus;
mod hostile;
mod inspect;
mod kinds;
mod properties;
