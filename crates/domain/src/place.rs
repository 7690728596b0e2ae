//! Where torrents are asked for: our Prowlarr with its indexers, or a host.
//!
//! Owns: which failure is the place's and not the link's, so that the place's healing brings its grabs back.

use super::reason::Reason;

/// Where a torrent was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An indexer of our Prowlarr, by its folded name.
    Prowlarr(String),
    /// A tracker, or a program such as Jackett, by host and port.
    Host(String),
}

/// The name of Prowlarr itself as a place.
pub const PROWLARR: &str = "prowlarr";

impl Place {
    /// The name under which a failure for this reason is kept. `None`: the failure says nothing of the place, so that its
    /// healing would change nothing.
    pub fn of_failure(&self, reason: Reason) -> Option<String> {
        let is_of_the_link = matches!(
            reason,
            Reason::Gone
                | Reason::InvalidTorrent
                | Reason::WrongInfohash
                | Reason::TooLarge
                | Reason::MagnetOnly
                | Reason::NoCandidate
                | Reason::NoLink
                | Reason::NoProwlarr
        );
        // A line, a budget and a block have their own ends.
        let has_its_end =
            matches!(reason, Reason::AwaitingTurn | Reason::SearchBudget | Reason::IndexerBlocked);
        if is_of_the_link || has_its_end || reason == Reason::NoTemporarySpace {
            return None;
        }
        match (self, reason) {
            (Self::Prowlarr(_), Reason::AddressRefused) => None,
            (
                Self::Prowlarr(_),
                Reason::ProwlarrUnavailable | Reason::ProwlarrKeyRefused | Reason::ProwlarrNotConfigured,
            ) => Some(PROWLARR.to_owned()),
            (Self::Prowlarr(indexer), _) => Some(format!("{PROWLARR}/{indexer}")),
            (Self::Host(host), _) => Some(host.clone()),
        }
    }

    /// The names of what a success through this place shows to be well.
    pub fn shown_well(&self) -> Vec<String> {
        match self {
            Self::Prowlarr(indexer) => vec![PROWLARR.to_owned(), format!("{PROWLARR}/{indexer}")],
            Self::Host(host) => vec![host.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prowlarr_in_trouble_is_one_place_and_each_of_its_indexers_another() {
        let place = Place::Prowlarr("alpha".into());
        assert_eq!(place.of_failure(Reason::ProwlarrKeyRefused).as_deref(), Some("prowlarr"));
        assert_eq!(place.of_failure(Reason::RateLimited).as_deref(), Some("prowlarr/alpha"));
        assert_eq!(place.shown_well(), ["prowlarr", "prowlarr/alpha"]);
    }

    #[test]
    fn a_link_that_is_dead_or_a_file_that_is_wrong_says_nothing_of_the_place() {
        let place = Place::Host("jackett:9117".into());
        assert_eq!(place.of_failure(Reason::Gone), None);
        assert_eq!(place.of_failure(Reason::WrongInfohash), None);
        assert_eq!(place.of_failure(Reason::AwaitingTurn), None, "a line is no failure");
        assert_eq!(place.of_failure(Reason::NotFound).as_deref(), Some("jackett:9117"));
    }
}
