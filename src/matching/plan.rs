//! The way to a grab's torrent: its link, rewritten to our Prowlarr where it is Prowlarr's, else a search.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::domain::magnet::is_magnet;
use crate::domain::reason::Reason;
use crate::upstream::jackett::JackettPlace;
use crate::upstream::prowlarr::ProwlarrClient;

/// The way to take.
#[derive(Debug)]
pub enum Plan {
    /// Fetch through Prowlarr.
    ThroughProwlarr {
        /// The link with our Prowlarr's origin and key.
        url: SecretString,
        /// Prowlarr's number of the indexer.
        indexer_id: i64,
    },
    /// Fetch the link as it is: Jackett's, or a tracker's own.
    Direct(SecretString),
    /// The link is a magnet.
    Magnet(String),
    /// There is no link.
    NoLink,
    /// There is a link and it cannot be used.
    Unusable(Reason),
}

/// Host and port of a direct link, as its place is called.
pub fn host_of(link: &SecretString) -> Option<String> {
    let url = Url::parse(link.expose_secret().trim()).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

/// Decides by the link alone.
pub fn plan(
    link: Option<&SecretString>,
    prowlarr: Option<&ProwlarrClient>,
    jackett: Option<&JackettPlace>,
) -> Plan {
    let Some(link) = link.filter(|link| !link.expose_secret().trim().is_empty()) else {
        return Plan::NoLink;
    };
    let text = link.expose_secret().trim();
    if is_magnet(text) {
        return Plan::Magnet(text.to_owned());
    }
    if let Some(rewritten) = jackett.and_then(|jackett| jackett.rewrite(link)) {
        return Plan::Direct(rewritten);
    }
    match prowlarr.map(|prowlarr| prowlarr.rewrite(link)) {
        Some(Ok(Some(rewritten))) => {
            Plan::ThroughProwlarr { url: rewritten.url, indexer_id: rewritten.indexer_id }
        }
        Some(Err(_unreadable)) => Plan::Unusable(Reason::BadLink),
        Some(Ok(None)) => Plan::Direct(link.clone()),
        None => match crate::upstream::prowlarr::recognise(link) {
            Ok(Some(_)) => Plan::Unusable(Reason::ProwlarrNotConfigured),
            Ok(None) => Plan::Direct(link.clone()),
            Err(_unreadable) => Plan::Unusable(Reason::BadLink),
        },
    }
}
