//! Which attempts are counted together, and how many may fail before the next one has to wait.
//!
//! Owns: the subjects under which attempts are counted, and the rule of each. Must not know: where the counts are kept,
//! and what is attempted.

use std::time::Duration;

use crate::auth::token::token_hash;
use crate::domain::text::person_key;
use crate::domain::throttle::ThrottleRule;

/// Failures that nobody adds to are forgotten after this time.
pub const MEMORY: Duration = Duration::from_hours(24);

/// How long a network is known from which the administrator signed in. Attempts from there do not count for the account,
/// so nobody can keep its owner out by guessing.
pub const NETWORK_KNOWN_FOR: Duration = Duration::from_hours(90 * 24);

const RULE: ThrottleRule = ThrottleRule {
    free: 5,
    first: Duration::from_secs(1),
    longest: Duration::from_mins(15),
    forget_after: MEMORY,
};

const PROVIDER_RULE: ThrottleRule = ThrottleRule {
    free: 20,
    first: Duration::from_secs(1),
    longest: Duration::from_mins(1),
    forget_after: Duration::from_mins(10),
};

/// What attempts are counted under, and its rule.
pub type Subject = (String, ThrottleRule);

/// Attempts to sign in with a name, from wherever.
///
/// What was typed as a name may be the password, so of its hash 20 bits are kept: too few to find it, enough to keep
/// names apart. For the same reason there are a million such subjects at most.
pub fn account(name: &str) -> Subject {
    const HEX_DIGITS: usize = 5;
    let hash = hex::encode(token_hash(&person_key(name)));
    (format!("account:{}", &hash[..HEX_DIGITS]), RULE)
}

/// Attempts to sign in from a network, with whatever name.
pub fn sign_in(network: &str) -> Subject {
    (format!("sign-in:{network}"), ThrottleRule { free: 10, ..RULE })
}

/// A browser in which the administrator signed in before, by the hash of its cookie.
pub fn known_browser(cookie: &[u8; 32]) -> String {
    format!("browser:{}", hex::encode(cookie))
}

/// Attempts to sign in in a browser in which the administrator signed in before, wherever it is now.
pub fn sign_in_browser(browser: &str) -> Subject {
    (format!("sign-in:{browser}"), ThrottleRule { free: 10, ..RULE })
}

/// Keys, tokens and secrets from a network that were wrong. A client that was forgotten when its key was revoked may
/// show it for long, so more are free.
pub fn wrong_secrets(network: &str) -> Subject {
    (format!("secret:{network}"), ThrottleRule { free: 20, ..RULE })
}

/// Set-up tokens from a network, right or wrong.
pub fn set_up(network: &str) -> Subject {
    (format!("setup:{network}"), RULE)
}

/// Sign-ins by the OpenID Connect provider that a network begins.
pub fn provider_departures(network: &str) -> Subject {
    (format!("oidc-there:{network}"), PROVIDER_RULE)
}

/// Returns from the OpenID Connect provider to a network that is not signed in.
pub fn provider_returns(network: &str) -> Subject {
    (format!("oidc-back:{network}"), PROVIDER_RULE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_counted_as_one_however_it_is_written_and_is_not_kept() {
        let (subject, _) = account("Owner");
        assert_eq!(account(" owner ").0, subject);
        assert_ne!(account("owner2").0, subject);
        assert_eq!(subject.len(), "account:".len() + 5);
        assert!(!subject.contains("wner"));
    }

    #[test]
    fn the_account_waits_before_the_network_and_that_before_who_shows_wrong_keys() {
        let free =
            [account("owner"), sign_in("192.0.2.1"), wrong_secrets("192.0.2.1")].map(|(_, rule)| rule.free);
        assert!(free.is_sorted() && free[0] >= 3, "{free:?}");
    }
}
