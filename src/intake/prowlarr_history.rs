//! Rows of Prowlarr's history as sightings: grabs made in Prowlarr itself, grabs of apps that we do not poll, the echo
//! of our own downloads, and, for apps that we poll, a second report of what the app will tell.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};

use super::app_history::Reading;
use super::{UNTITLED, text};
use crate::domain::app::{AppKind, AppName};
use crate::domain::sighting::{Origin, Protocol, Requester, Sighting};
use crate::domain::time::Ts;
use crate::upstream::error::ApiError;
use crate::upstream::prowlarr::{Indexer, ProwlarrClient, ProwlarrRow};

/// The product token of our own `User-Agent`, as Prowlarr records it.
const OURSELVES: &str = "Grabfeed";

/// What is needed to understand a row.
#[derive(Debug)]
pub struct Context<'a> {
    /// The name under which Prowlarr's own grabs are listed.
    pub app: &'a AppName,
    /// The kinds of which every configured app is polled.
    pub polled: &'a [AppKind],
    /// The present moment.
    pub now: Ts,
}

/// Reads the grabs of Prowlarr from `since` on.
pub async fn read(client: &ProwlarrClient, context: &Context<'_>, since: Ts) -> Result<Reading, ApiError> {
    let rows = client.history_since(since).await?;
    if rows.is_empty() {
        return Ok(Reading::default());
    }
    let indexers = client.indexers().await?;
    let by_id: HashMap<i64, &Indexer> = indexers.iter().map(|indexer| (indexer.id, indexer)).collect();
    let sightings = rows.iter().filter_map(|row| sighting(context, &by_id, row)).collect();
    Ok(Reading { sightings, newest: rows.iter().map(|row| row.date).max() })
}

/// The sighting that a row is; `None` for a download that failed, which is no grab.
fn sighting(context: &Context<'_>, indexers: &HashMap<i64, &Indexer>, row: &ProwlarrRow) -> Option<Sighting> {
    let ourselves = row.source.eq_ignore_ascii_case(OURSELVES);
    if !row.successful && !ourselves {
        return None;
    }
    let indexer = indexers.get(&row.indexer_id);
    let kind: Option<AppKind> = row.source.parse().ok().filter(|kind| *kind != AppKind::Prowlarr);
    Some(Sighting {
        app: context.app.clone(),
        kind: AppKind::Prowlarr,
        origin: Origin::ProwlarrHistory,
        origin_key: format!("{}@{}", row.id, row.date.millis()),
        grabbed_at: if row.date > Ts::MIN { row.date } else { context.now },
        title: text(&row.grab_title).unwrap_or_else(|| UNTITLED.to_owned()),
        indexer: indexer.and_then(|indexer| text(&indexer.name)),
        prowlarr_indexer_id: Some(row.indexer_id),
        download_id: None,
        infohash: None,
        protocol: indexer.map_or(Protocol::Unknown, |indexer| indexer.protocol),
        size_bytes: None,
        // The tracker's own URL holds a passkey and mostly cannot be fetched without the indexer's login; of it only a
        // magnet is of use.
        link: row.url.as_ref().filter(|url| is_magnet(url)).cloned(),
        requester: Some(Requester {
            kind,
            host: row.host.clone(),
            polled: kind.is_some_and(|kind| context.polled.contains(&kind)),
            ourselves,
        }),
    })
}

fn is_magnet(url: &SecretString) -> bool {
    url.expose_secret().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("magnet:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(source: &str, successful: bool) -> ProwlarrRow {
        ProwlarrRow {
            id: 1,
            date: Ts::from_millis(1_000),
            indexer_id: 4,
            successful,
            source: source.into(),
            host: "nas".into(),
            grab_title: "A Film".into(),
            url: Some("https://tracker.example/download?passkey=test-passkey".into()),
            grab_method: "Proxy".into(),
        }
    }

    fn read_row(row: &ProwlarrRow) -> Option<Sighting> {
        let app = AppName::parse("prowlarr").unwrap();
        let context = Context { app: &app, polled: &[AppKind::Radarr], now: Ts::from_millis(5_000) };
        sighting(&context, &HashMap::new(), row)
    }

    #[test]
    fn a_row_of_a_polled_app_waits_for_that_app_and_others_do_not() {
        assert!(read_row(&row("Radarr", true)).unwrap().requester.unwrap().polled);
        assert!(!read_row(&row("Sonarr", true)).unwrap().requester.unwrap().polled);
        assert!(!read_row(&row("Prowlarr", true)).unwrap().requester.unwrap().polled);
    }

    #[test]
    fn our_own_download_is_known_as_such_even_if_it_failed() {
        assert!(read_row(&row("Grabfeed", false)).unwrap().requester.unwrap().ourselves);
    }

    #[test]
    fn a_download_that_failed_is_no_grab() {
        assert!(read_row(&row("Radarr", false)).is_none());
    }

    #[test]
    fn the_trackers_own_url_is_not_kept() {
        assert!(read_row(&row("Prowlarr", true)).unwrap().link.is_none());
    }
}
