//! Where a new feed begins: with everything that is kept, with the last days, or with what is grabbed from now on.
//!
//! Must not know: what is kept.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::time::Ts;

/// Where a feed begins. Written `everything`, `now`, or a number of days such as `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedBegin {
    /// With everything that is kept.
    Everything,
    /// With what was grabbed in the last so many days, 1 to [`FeedBegin::MAX_DAYS`].
    Days(u16),
    /// With what is grabbed from now on.
    Now,
}

/// The text says no beginning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a beginning: everything, now, or days such as 7d")]
pub struct InvalidFeedBegin;

impl FeedBegin {
    /// The most days.
    pub const MAX_DAYS: u16 = 3650;

    /// The moment from which grabs are taken, for a feed made now.
    pub fn moment(self, now: Ts) -> Ts {
        match self {
            Self::Everything => Ts::from_millis(0),
            Self::Days(days) => now.minus(Duration::from_hours(24 * u64::from(days))),
            Self::Now => now,
        }
    }
}

impl FromStr for FeedBegin {
    type Err = InvalidFeedBegin;

    fn from_str(text: &str) -> Result<Self, InvalidFeedBegin> {
        match text {
            "everything" => Ok(Self::Everything),
            "now" => Ok(Self::Now),
            _ => {
                let digits =
                    text.strip_suffix('d').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
                let days = digits.and_then(|digits| digits.parse().ok());
                days.filter(|days| (1..=Self::MAX_DAYS).contains(days))
                    .map(Self::Days)
                    .ok_or(InvalidFeedBegin)
            }
        }
    }
}

impl fmt::Display for FeedBegin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Now => f.write_str("now"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_written_as_it_is_read() {
        for text in ["everything", "now", "1d", "7d", "3650d"] {
            assert_eq!(text.parse::<FeedBegin>().unwrap().to_string(), text);
        }
        for text in ["", "d", "0d", "3651d", "+7d", "-7d", "7", "7 d", "7D", "Now", "99999999999d"] {
            assert_eq!(text.parse::<FeedBegin>(), Err(InvalidFeedBegin), "{text:?}");
        }
    }

    #[test]
    fn it_begins_at_a_moment() {
        let now = Ts::from_millis(1_000_000_000);
        assert_eq!(FeedBegin::Everything.moment(now).millis(), 0);
        assert_eq!(FeedBegin::Days(2).moment(now).millis(), 1_000_000_000 - 2 * 86_400_000);
        assert_eq!(FeedBegin::Now.moment(now), now);
    }
}
