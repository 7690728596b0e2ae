//! Reading `Retry-After` (RFC 9110 §10.2.3): seconds or an HTTP date, from upstreams that send nonsense too.
//!
//! Owns: what the header means. Must not know: who waits, or how.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::domain::time::Ts;

/// The longest wait that an upstream can ask for.
pub const LONGEST: Duration = Duration::from_hours(24);

/// A date in HTTP's longest form has 33 characters; anything much longer is not parsed at all.
const LONGEST_TEXT_BYTES: usize = 64;

/// The wait that an answer asks for: the longest of its readable `Retry-After` lines, 24 hours at most. A date in
/// the past and a negative number are zero; what cannot be read is ignored.
pub fn read(headers: &HeaderMap, now: Ts) -> Option<Duration> {
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| parse(value.to_str().ok()?, now)).max()
}

/// The wait that one header's text asks for.
pub fn parse(text: &str, now: Ts) -> Option<Duration> {
    if text.len() > LONGEST_TEXT_BYTES {
        return None;
    }
    let text = text.trim();
    let wait = seconds(text).or_else(|| until(text, now))?;
    Some(wait.min(LONGEST))
}

fn seconds(text: &str) -> Option<Duration> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if negative {
        return Some(Duration::ZERO);
    }
    // A number that does not fit is longer than any bound.
    Some(digits.parse().map_or(LONGEST, Duration::from_secs))
}

fn until(text: &str, now: Ts) -> Option<Duration> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Some(Ts::MIN.plus(since_epoch).since(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Ts = Ts::from_millis(1_795_366_902_000); // Sun, 22 Nov 2026 17:01:42 GMT

    #[test]
    fn seconds_and_dates_are_read() {
        for (text, seconds) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("0", Some(0)),
            ("-5", Some(0)),
            ("1000000000", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 22 Nov 2026 17:02:42 GMT", Some(60)),
            ("Sunday, 22-Nov-26 17:02:42 GMT", Some(60)),
            ("Sun Nov 22 17:02:42 2026", Some(60)),
            ("Sun, 22 Nov 2020 17:01:42 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
            ("", None),
            ("-", None),
            ("1.5", None),
            ("+5", None),
            ("soon", None),
            ("Sun, 22 Nov 2026 17:02:42 +0000 (a (comment) (that (nests", None),
        ] {
            assert_eq!(parse(text, NOW), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn of_several_headers_the_longest_readable_one_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(read(&headers, NOW), None);
        for text in ["garbage", "5", "30"] {
            headers.append(RETRY_AFTER, text.parse().unwrap());
        }
        assert_eq!(read(&headers, NOW), Some(Duration::from_secs(30)));
    }

    proptest! {
        #[test]
        fn no_text_asks_for_more_than_a_day(text in ".{0,80}") {
            prop_assert!(parse(&text, NOW).is_none_or(|wait| wait <= LONGEST));
        }

        #[test]
        fn every_number_of_seconds_reads_back(seconds in 0u64..=86_400) {
            prop_assert_eq!(parse(&seconds.to_string(), NOW), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn every_date_within_a_day_reads_back(seconds in 0u64..=86_400) {
            let date = UNIX_EPOCH + Duration::from_millis(NOW.millis().unsigned_abs()) + Duration::from_secs(seconds);
            prop_assert_eq!(parse(&httpdate::fmt_http_date(date), NOW), Some(Duration::from_secs(seconds)));
        }
    }
}
