//! What a credential may do. Each scope stands for itself: none contains another, and what is not named is denied.

use std::fmt;
use std::str::FromStr;

use super::named::named_enum;

named_enum! {
    /// One permission, in the order in which they are written.
    pub enum Scope {
        /// Read feeds and the torrents in them.
        Feed = "feed",
        /// Read everything but secrets through the API.
        Read = "read",
        /// Act without settling anything: retry a grab, start a cycle.
        Write = "write",
        /// Settings, keys, feeds, sessions. Whoever may make a feed reaches the torrents in it.
        Admin = "admin",
        /// Read the metrics.
        Metrics = "metrics",
        /// Send webhooks.
        Webhook = "webhook",
    }
}

impl Scope {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A text in a list of scopes is not the name of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a scope")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_name(text).ok_or(UnknownScope)
    }
}

/// A set of scopes; as text their names with commas between, in one order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScopeSet(u8);

impl ScopeSet {
    /// Whether the set is empty; a credential with an empty set opens nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the scope is in the set.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether every scope of the other set is in this one.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The scopes in the set.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl FromStr for ScopeSet {
    type Err = UnknownScope;

    /// Reads `read,metrics`; spaces around a name do not matter, an empty text is the empty set.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(|name| name.trim().parse()).collect()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_in_one_order_and_reads_back() {
        let set: ScopeSet = " metrics, read,read".parse().unwrap();
        assert_eq!(set.to_string(), "read,metrics");
        assert_eq!(set.to_string().parse(), Ok(set));
        assert_eq!("".parse(), Ok(ScopeSet::default()));
        assert_eq!(Scope::ALL.into_iter().collect::<ScopeSet>().iter().count(), Scope::ALL.len());
    }

    #[test]
    fn a_scope_opens_nothing_but_itself() {
        for scope in Scope::ALL {
            let set = ScopeSet::from_iter([scope]);
            assert_eq!(set.iter().collect::<Vec<_>>(), [scope]);
        }
    }

    #[test]
    fn an_unknown_scope_is_refused() {
        for text in ["root", "read,", "Read", "read;write"] {
            assert_eq!(text.parse::<ScopeSet>(), Err(UnknownScope), "{text}");
        }
    }
}
