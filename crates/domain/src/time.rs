//! A moment, as every table and every decision stores it.

use std::fmt;
use std::time::Duration;

/// A moment in UTC, in whole milliseconds since 1970-01-01. The same integer is stored by both databases, so that
/// comparing and sorting never depend on how an engine writes a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ts(i64);

impl Ts {
    /// The furthest moment that is kept, 9999-12-30, since jiff knows none later; later ones, which some apps send,
    /// are clamped to it.
    pub const MAX: Self = Self(253_402_207_200_000);
    /// 1970-01-01; earlier ones, which some apps send, are clamped to it.
    pub const MIN: Self = Self(0);

    /// From milliseconds since 1970, clamped to what is kept.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment plus a length of time, clamped to what is kept.
    #[must_use]
    pub fn plus(self, length: Duration) -> Self {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// This moment less a length of time, clamped to what is kept.
    #[must_use]
    pub fn minus(self, length: Duration) -> Self {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// This moment by a clock that is so many milliseconds ahead.
    #[must_use]
    pub const fn ahead_by(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads a date as the apps write it: RFC 3339 with 0 to 7 fraction digits; a date without a zone is taken as
    /// UTC, which is what the apps mean. `None` if it is no date.
    pub fn parse_upstream(text: &str) -> Option<Self> {
        const LONGEST: usize = 40;
        if text.len() > LONGEST {
            return None;
        }
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Some(Self::from_millis(moment.as_millisecond()));
        }
        let local = text.trim_end_matches('Z').parse::<jiff::civil::DateTime>().ok()?;
        let moment = local.to_zoned(jiff::tz::TimeZone::UTC);
        Some(moment.map_or(Self::MAX, |moment| Self::from_millis(moment.timestamp().as_millisecond())))
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// RFC 822 as feeds need it: English, four-digit year, numeric `+0000`.
    pub fn rfc822(self) -> String {
        self.to_jiff().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }

    /// RFC 3339 in UTC with whole seconds and a `Z`, which is the one form that every upstream reads the same.
    pub fn rfc3339_seconds(self) -> String {
        self.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_jiff().strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_date_has_the_one_form_that_every_client_reads() {
        assert_eq!(Ts::from_millis(1_795_366_902_999).rfc822(), "Sun, 22 Nov 2026 17:01:42 +0000");
    }

    #[test]
    fn dates_of_the_apps_are_read_with_and_without_fraction_and_zone() {
        let expected = Ts::parse_upstream("2026-01-05T10:00:05Z");
        assert!(expected.is_some());
        for text in ["2026-01-05T10:00:05.0000000Z", "2026-01-05T10:00:05", "2026-01-05T12:00:05+02:00"] {
            assert_eq!(Ts::parse_upstream(text), expected, "{text}");
        }
    }

    #[test]
    fn impossible_dates_are_clamped_or_refused() {
        assert_eq!(Ts::parse_upstream("0001-01-01T00:00:00Z"), Some(Ts::MIN));
        assert_eq!(Ts::parse_upstream("9999-12-31T23:59:59Z"), Some(Ts::MAX));
        assert_eq!(Ts::parse_upstream("soon"), None);
        assert_eq!(Ts::parse_upstream(&"2".repeat(100)), None);
    }
}
