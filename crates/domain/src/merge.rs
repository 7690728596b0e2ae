//! Which grab a sighting belongs to: the rules by which many reports of one grab become one row.
//!
//! The store hands over the few grabs that could match, oldest first; nothing here asks for more.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::app::{AppKind, AppName};
use super::grab::GrabState;
use super::ids::GrabId;
use super::infohash::Infohash;
use super::reason::Reason;
use super::sighting::{Origin, Protocol, Sighting};
use super::text::{indexer_key, title_key};
use super::time::Ts;

/// How far apart two reports of the same grab may be dated when they share no download id. Webhooks carry our clock,
/// history rows the app's, and an app may retry a download for minutes.
pub const WINDOW: Duration = Duration::from_hours(1);

/// What of a grab decides whether a sighting belongs to it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its row.
    pub id: GrabId,
    /// The app that made it.
    pub app: AppName,
    /// What that app is.
    pub kind: AppKind,
    /// Folded title.
    pub title_key: String,
    /// Folded indexer name; empty if unknown.
    pub indexer_key: String,
    /// Download id, upper case.
    pub download_id: Option<String>,
    /// When the app made the grab.
    pub grabbed_at: Ts,
    /// Where it stands.
    pub state: GrabState,
    /// Why.
    pub reason: Option<Reason>,
    /// When it left `pending`.
    pub finished_at: Option<Ts>,
    /// How the release is transported.
    pub protocol: Protocol,
    /// The infohash that its torrent must have, where known.
    pub infohash: Option<Infohash>,
    /// The link that the app used, where known. It holds keys.
    pub link: Option<SecretString>,
}

/// The grab to which the sighting belongs, if one of these is it.
pub fn find<'a>(sighting: &Sighting, known: &'a [Known]) -> Option<&'a Known> {
    let download_id = sighting.download_id_key();
    let known: Vec<&Known> = known.iter().filter(|grab| same_transport(sighting, grab)).collect();
    let by_download_id =
        || known.iter().copied().find(|grab| same_download(sighting, download_id.as_deref(), grab));
    let by_release =
        || known.iter().copied().find(|grab| same_release(sighting, download_id.as_deref(), grab));
    by_download_id().or_else(by_release)
}

/// A release by Usenet and a torrent of the same name are two grabs.
fn same_transport(sighting: &Sighting, grab: &Known) -> bool {
    // What Prowlarr's history says of a release is its indexer's, not its own.
    sighting.origin != Origin::AppHistory
        || !matches!(
            (sighting.protocol, grab.protocol),
            (Protocol::Usenet, Protocol::Torrent) | (Protocol::Torrent, Protocol::Usenet)
        )
}

/// The same app named the same download id. An infohash is proof, unless two trackers have the same file; other
/// clients' ids (a task number) are reused, so the title must agree as well.
fn same_download(sighting: &Sighting, download_id: Option<&str>, grab: &Known) -> bool {
    let Some(id) = download_id else { return false };
    sighting.app == grab.app
        && grab.download_id.as_deref() == Some(id)
        && indexers_agree(sighting, grab)
        && (id.parse::<Infohash>().is_ok() || title_key(&sighting.title) == grab.title_key)
}

/// The same release at about the same time. Download ids that are both known and differ speak against it.
fn same_release(sighting: &Sighting, download_id: Option<&str>, grab: &Known) -> bool {
    let ids_agree = match (download_id, grab.download_id.as_deref()) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => true,
    };
    ids_agree
        && same_file(sighting, grab)
        && made_by_the_same_app(sighting, grab)
        && title_key(&sighting.title) == grab.title_key
        && indexers_agree(sighting, grab)
        && within(sighting.grabbed_at, grab.grabbed_at, WINDOW)
}

/// A link or an infohash that differs is another grab: an app without download ids (Torrent Blackhole) may take another
/// upload of the same name. What is not known speaks against nothing.
fn same_file(sighting: &Sighting, grab: &Known) -> bool {
    let links = match (&sighting.link, &grab.link) {
        (Some(ours), Some(theirs)) if sighting.origin == Origin::AppHistory => {
            ours.expose_secret() == theirs.expose_secret()
        }
        _ => true,
    };
    let hashes = match (sighting.expected_infohash(), &grab.infohash) {
        (Some(ours), Some(theirs)) => ours == *theirs,
        _ => true,
    };
    links && hashes
}

/// What is not known speaks against nothing.
fn indexers_agree(sighting: &Sighting, grab: &Known) -> bool {
    let indexer = sighting.indexer.as_deref().map(indexer_key).unwrap_or_default();
    indexer.is_empty() || grab.indexer_key.is_empty() || indexer == grab.indexer_key
}

/// A row of Prowlarr's history belongs to the app that asked for the download, and it does not name that app, only
/// what kind it is.
fn made_by_the_same_app(sighting: &Sighting, grab: &Known) -> bool {
    match (&sighting.requester, sighting.origin) {
        (Some(requester), Origin::ProwlarrHistory) => match requester.kind {
            Some(kind) => kind == grab.kind,
            None => sighting.app == grab.app,
        },
        _ if sighting.app == grab.app => true,
        // The app's own report ends the wait of a Prowlarr row that had become a grab for want of it.
        _ => grab.kind == AppKind::Prowlarr && grab.reason == Some(Reason::NotRecordedByApp),
    }
}

fn within(a: Ts, b: Ts, window: Duration) -> bool {
    a.since(b) <= window && b.since(a) <= window
}

/// Whether a sighting makes a finished grab pending again: the app grabbed the release anew after we gave up, or it
/// at last recorded a grab that only Prowlarr had told of.
pub fn revives(sighting: &Sighting, grab: &Known) -> bool {
    match grab.state {
        GrabState::Pending | GrabState::Ready => false,
        GrabState::Failed => {
            sighting.origin == Origin::AppHistory
                && grab.finished_at.is_some_and(|finished| sighting.grabbed_at > finished)
        }
        GrabState::Skipped => {
            sighting.origin != Origin::ProwlarrHistory && grab.reason == Some(Reason::NotRecordedByApp)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sighting::Requester;
    use super::*;

    const HASH: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

    fn sighting(origin: Origin, title: &str, download_id: Option<&str>) -> Sighting {
        Sighting {
            app: AppName::parse("radarr").unwrap(),
            kind: AppKind::Radarr,
            origin,
            origin_key: "1".into(),
            grabbed_at: Ts::from_millis(1_000_000_000),
            title: title.into(),
            indexer: Some("Alpha (Prowlarr)".into()),
            prowlarr_indexer_id: None,
            download_id: download_id.map(str::to_owned),
            infohash: None,
            protocol: Protocol::Torrent,
            size_bytes: None,
            link: None,
            requester: None,
            release_hash: None,
        }
    }

    fn known(title: &str, download_id: Option<&str>) -> Known {
        Known {
            id: GrabId(7),
            app: AppName::parse("radarr").unwrap(),
            kind: AppKind::Radarr,
            title_key: title_key(title),
            indexer_key: indexer_key("Alpha"),
            download_id: download_id.map(str::to_owned),
            grabbed_at: Ts::from_millis(1_000_000_000),
            state: GrabState::Pending,
            reason: None,
            finished_at: None,
            protocol: Protocol::Torrent,
            infohash: None,
            link: None,
        }
    }

    #[test]
    fn a_release_by_usenet_and_the_torrent_of_the_same_name_are_two_grabs() {
        let mut nzb = known("A", Some(HASH));
        nzb.protocol = Protocol::Usenet;
        assert!(find(&sighting(Origin::AppHistory, "A", Some(HASH)), &[nzb]).is_none());
    }

    #[test]
    fn another_link_or_infohash_is_another_grab_of_the_same_name() {
        let link = |text: &str| Some(SecretString::from(text.to_owned()));
        let (mut row, mut grab) = (sighting(Origin::AppHistory, "A", None), known("A", None));
        (row.link, grab.link) = (link("http://a/1"), link("http://a/1"));
        assert!(find(&row, &[grab.clone()]).is_some());
        grab.link = link("http://a/2");
        assert!(find(&row, &[grab.clone()]).is_none());
        grab.link = None;
        grab.infohash = Some(HASH.parse().unwrap());
        assert!(find(&row, &[grab.clone()]).is_some());
        row.infohash = Some("F".repeat(40).parse().unwrap());
        assert!(find(&row, &[grab]).is_none());
    }

    #[test]
    fn an_infohash_as_download_id_joins_reports_whatever_their_date() {
        let mut late = sighting(Origin::AppHistory, "Other title", Some(&HASH.to_lowercase()));
        late.grabbed_at = Ts::from_millis(999_000_000_000);
        assert!(find(&late, &[known("A", Some(HASH))]).is_some());
    }

    #[test]
    fn one_infohash_on_two_indexers_is_two_grabs() {
        let mut other = sighting(Origin::AppHistory, "A", Some(HASH));
        other.indexer = Some("Beta".into());
        assert!(find(&other, &[known("A", Some(HASH))]).is_none());
        other.indexer = None;
        assert!(find(&other, &[known("A", Some(HASH))]).is_some());
    }

    #[test]
    fn a_task_number_that_a_client_used_again_joins_nothing() {
        assert!(find(&sighting(Origin::AppHistory, "B", Some("12")), &[known("A", Some("12"))]).is_none());
    }

    #[test]
    fn a_blackhole_grab_is_joined_by_title_indexer_and_time() {
        let grabs = [known("A Film", None)];
        assert!(find(&sighting(Origin::Webhook, "a  film", None), &grabs).is_some());
        let mut later = sighting(Origin::AppHistory, "A Film", None);
        later.grabbed_at = later.grabbed_at.plus(WINDOW + Duration::from_secs(1));
        assert!(find(&later, &grabs).is_none());
    }

    #[test]
    fn the_same_title_on_two_indexers_is_two_grabs() {
        let mut other = sighting(Origin::AppHistory, "A Film", None);
        other.indexer = Some("Beta".into());
        assert!(find(&other, &[known("A Film", None)]).is_none());
    }

    #[test]
    fn a_prowlarr_row_joins_the_grab_of_the_app_that_asked() {
        let mut row = sighting(Origin::ProwlarrHistory, "A Film DD 5.1", None);
        row.app = AppName::parse("prowlarr").unwrap();
        row.kind = AppKind::Prowlarr;
        row.requester = Some(Requester {
            kind: Some(AppKind::Radarr),
            host: "nas".into(),
            polled: true,
            ourselves: false,
            foreign: None,
        });
        let grabs = [known("A Film DD+5.1", Some(HASH))];
        assert!(find(&row, &grabs).is_some());
        row.requester = Some(Requester {
            kind: Some(AppKind::Sonarr),
            host: "nas".into(),
            polled: true,
            ourselves: false,
            foreign: None,
        });
        assert!(find(&row, &grabs).is_none());
    }

    #[test]
    fn a_new_grab_by_the_app_revives_a_failed_one_and_an_old_row_does_not() {
        let mut failed = known("A", Some(HASH));
        failed.state = GrabState::Failed;
        failed.finished_at = Some(Ts::from_millis(1_000_000_000));
        let mut row = sighting(Origin::AppHistory, "A", Some(HASH));
        assert!(!revives(&row, &failed));
        row.grabbed_at = Ts::from_millis(1_000_000_001);
        assert!(revives(&row, &failed));
    }
}
