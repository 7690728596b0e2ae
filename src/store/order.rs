//! In which order a page is read: words of ours, never of the asker, so that nothing of a request reaches a statement.

use crate::domain::named::named_enum;

named_enum! {
    /// Upwards or downwards.
    #[derive(Default)]
    pub enum Direction {
        /// The least first.
        Ascending = "ascending",
        /// The greatest, the newest first.
        #[default]
        Descending = "descending",
    }
}

/// Declares what a listing can be sorted by, each with its name and its column, and the page's statements: one for each key and
/// direction, written when the program is compiled. Rows that are equal follow in the order of their numbers.
macro_rules! sort_keys {
    ($(#[$doc:meta])* $name:ident, $select:expr, $page:literal; $($(#[$key_doc:meta])* $key:ident = $name_of:literal by $column:literal,)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$key_doc])* $key,)* }

        impl $name {
            /// Every key.
            pub const ALL: &'static [Self] = &[$(Self::$key,)*];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$key => $name_of,)* }
            }

            /// The key with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.as_str() == name)
            }

            /// The statement that reads a page.
            fn page(self, direction: $crate::store::Direction) -> &'static str {
                use $crate::store::Direction::{Ascending, Descending};
                match (self, direction) {
                    $(
                        (Self::$key, Ascending) => concat!($select, " ORDER BY ", $column, " ASC, id ASC ", $page),
                        (Self::$key, Descending) => concat!($select, " ORDER BY ", $column, " DESC, id DESC ", $page),
                    )*
                }
            }
        }
    };
}
pub(super) use sort_keys;

/// The pattern that finds a text anywhere in a column, for `LIKE … ESCAPE '!'`.
pub(super) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_that_means_something_in_a_pattern_stands_for_itself() {
        assert_eq!(like("100%_a!"), "%100!%!_a!!%");
    }
}
