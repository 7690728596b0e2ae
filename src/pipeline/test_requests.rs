//! Who makes apps test our webhooks, and when each was last asked for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::app::AppName;
use crate::domain::time::Ts;

/// Time between two tests of one app. One that fails makes the app leave us alone for longer.
const BETWEEN: Duration = Duration::from_mins(30);

/// Who makes apps test our webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookTests {
    /// We ask for it.
    AskedFor,
    /// The person, in the app.
    LeftToThePerson,
}

/// When each app was last asked for its test.
#[derive(Debug, Default)]
pub struct LastTests(Mutex<HashMap<AppName, Ts>>);

impl LastTests {
    /// Whether an app may be asked now; then it counts as asked.
    pub(super) fn may_ask(&self, app: &AppName, now: Ts) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let may = last.get(app).is_none_or(|at| now.since(*at) >= BETWEEN);
        if may {
            last.insert(app.clone(), now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_asked_no_more_than_twice_an_hour() {
        let (tests, app) = (LastTests::default(), AppName::parse("radarr").unwrap());
        let at = |minutes| Ts::from_millis(1_800_000_000_000).plus(Duration::from_mins(minutes));
        let asked: Vec<bool> = [0, 1, 29, 30, 31, 60].map(|minutes| tests.may_ask(&app, at(minutes))).into();
        assert_eq!(asked, [true, false, false, true, false, true]);
    }
}
