//! Whole numbers in JSON, where `7.0` is one as much as `7` (JSON Schema says so, and some programs write it).

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// The largest whole number that every JSON reader keeps exactly.
pub const MAX: u64 = 9_007_199_254_740_991;

/// Reads a whole number that is not negative; what does not fit is the largest that does.
pub fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = optional(deserializer)?.ok_or_else(|| D::Error::custom("no number"))?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Reads a whole number that is not negative, or `null`, for `deserialize_with`.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Whole;

    impl Visitor<'_> for Whole {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            if number <= MAX { Ok(Some(number)) } else { Err(E::custom("too large")) }
        }

        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "whole, not negative, and within what both types keep exactly"
        )]
        fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
            let sound = number.fract() == 0.0 && (0.0..=MAX as f64).contains(&number);
            if sound { Ok(Some(number as u64)) } else { Err(E::custom("no whole number")) }
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::option_option, reason = "no number, and none that can be one")]
    fn read(text: &str) -> Option<Option<u64>> {
        optional(&mut serde_json::Deserializer::from_str(text)).ok()
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        for (text, number) in [
            ("7", Some(Some(7))),
            ("7.0", Some(Some(7))),
            ("7e2", Some(Some(700))),
            ("0", Some(Some(0))),
            ("null", Some(None)),
            ("9007199254740991", Some(Some(MAX))),
            ("9007199254740992", None),
            ("1e400", None),
            ("7.5", None),
            ("-1", None),
            ("\"7\"", None),
            ("true", None),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
    }
}
