//! Enums whose values have stable names: in the database, the API, logs, metrics and catalogues.
//!
//! Owns: the one macro that makes them, so that the list of values, their names and how a name is read come from one
//! place, and none can be forgotten.

/// Declares such an enum: `named_enum! { /// … pub enum Colour { /// … Red = "red", } }` has `ALL`, `as_str`, `from_name`
/// and `Display`.
#[macro_export]
macro_rules! named_enum {
    ($($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$value_doc])* $value,)+ }

        impl $name {
            /// Every value.
            $vis const ALL: [Self; <[&str]>::len(&[$($text,)+])] = [$(Self::$value,)+];

            /// The stable name.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)+ }
            }

            /// The value with this name.
            $vis fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.as_str() == name)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}
pub use named_enum;

#[cfg(test)]
mod tests {
    named_enum! {
        /// Two colours.
        enum Colour {
            /// As blood.
            Red = "red",
            /// As the sea.
            Blue = "sea-blue",
        }
    }

    #[test]
    fn every_value_is_read_by_its_name_and_nothing_else_is() {
        assert_eq!(Colour::ALL, [Colour::Red, Colour::Blue]);
        for value in Colour::ALL {
            assert_eq!(Colour::from_name(value.as_str()), Some(value));
            assert_eq!(value.to_string(), value.as_str());
        }
        assert_eq!(Colour::from_name("Red"), None);
    }
}
