//! The store's promises, told once and proved on both engines.

mod open;
