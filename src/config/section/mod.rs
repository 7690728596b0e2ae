//! The sections of the settings, one file each: field, type, default, unit, range and check stand together.
//!
//! Owns: the `section!` macro, which turns one declaration into the section's struct, its row in the table of keys
//! and the function that fills the struct. Must not know: where values come from.

pub mod apps;
pub mod auth;
pub mod cors;
pub mod database;
pub mod feeds;
pub mod jackett;
pub mod logging;
pub mod matching;
pub mod metrics;
pub mod network;
pub mod oidc;
pub mod prowlarr;
pub mod server;
pub mod sync;
pub mod torrents;

/// Declares a section: `field: Type = Key` is the struct's field and the table's key at once.
macro_rules! section {
    ($(#[$doc:meta])* $struct:ident = $name:literal, $presence:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $key:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $struct { $($(#[$field_doc])* pub $field: $type,)* }

        /// The section's row in the table of keys.
        pub static SECTION: $crate::config::key::Section = $crate::config::key::Section {
            name: $name,
            presence: $crate::config::key::Presence::$presence,
            keys: &[$($key,)*],
        };

        impl $struct {
            /// Fills the section from checked values, asked for by the key's name.
            pub(in crate::config) fn build<'a>(
                value: impl Fn(&'static str) -> Option<&'a $crate::config::value::Value>,
            ) -> Option<Self> {
                use $crate::config::value::FromValue;
                Some(Self { $($field: <$type>::from_value(value(const { $key.name }))?,)* })
            }
        }
    };
}
use section;
