//! Following a link, whoever gave it: the app, or a search.
//!
//! Must not know: which link comes first.

use secrecy::SecretString;

use super::deps::Deps;
use super::tried::{Tried, waiting};
use super::{pace, torrent};
use crate::domain::grab::Grab;
use crate::domain::place::Place;
use crate::domain::reason::Reason;
use crate::domain::text::indexer_key;
use crate::fetch::download::{Link, Via};
use crate::matching::plan::{Plan, host_of};
use crate::store::StoreError;

/// Where a link leads, for what is kept of failures there.
pub(super) fn place_of(deps: &Deps, grab: &Grab, link: Option<&SecretString>) -> Option<Place> {
    match deps.plan(link) {
        Plan::Direct(url) => host_of(&url).map(Place::Host),
        Plan::ThroughProwlarr { .. } | Plan::Unusable(Reason::ProwlarrNotConfigured) => {
            Some(Place::Prowlarr(indexer_key(grab.indexer.as_deref().unwrap_or_default())))
        }
        Plan::Magnet(_) | Plan::Unusable(_) | Plan::NoLink => None,
    }
}

/// Follows a link, as the plan says, to a torrent that may be stored. `None`: there is no link.
pub(super) async fn follow(
    deps: &Deps,
    grab: &Grab,
    link: Option<&SecretString>,
) -> Result<Option<Tried>, StoreError> {
    let fetch = |via, url| async move { torrent::fetch(deps, grab, &Link { url, via }).await };
    Ok(Some(match deps.plan(link) {
        Plan::ThroughProwlarr { url, .. } => fetch(Via::Prowlarr, url).await,
        Plan::Direct(url) => match pace::wait(deps, grab, &url).await? {
            Ok(()) => fetch(Via::Direct, url).await,
            Err(wait) => waiting(Reason::AwaitingTurn, wait).into(),
        },
        Plan::Magnet(link) => torrent::magnet(&deps.rules, grab, &link).into(),
        Plan::Unusable(reason) => reason.into(),
        Plan::NoLink => return Ok(None),
    }))
}
