//! What a person should know of and can mend: apps, feeds and limits that do not do their part.
//!
//! Owns: from when on something is worth saying. Must not know: how it is said.

use std::collections::BTreeMap;
use std::time::Duration;

use super::deps::Deps;
use super::webhook::MOST_UNCONFIRMED;
use crate::domain::app::AppKind;
use crate::domain::named::named_enum;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;
use crate::store::{GrabFilter, StoreError, Unfetched};

/// A history row that comes first does not mean that the webhook was missed.
pub const WEBHOOK_PATIENCE: Duration = Duration::from_mins(10);
const DAY: Duration = Duration::from_hours(24);
/// A feed that was not read for so long has lost its client.
const UNREAD_AFTER: Duration = Duration::from_hours(14 * 24);
/// A client that reads a feed and fetches nothing for so long does not mean to.
const FETCHES_WITHIN: Duration = DAY;
/// And it has read it so often.
const READS: u64 = 6;
/// How long before it the end of what nobody fetched is announced.
const ANNOUNCED_BEFORE: Duration = Duration::from_hours(30 * 24);
/// How long what was purged unfetched, and what webhooks missed, is told of.
const TOLD_FOR: Duration = Duration::from_hours(7 * 24);
/// How long a history may be unreadable before that is more than a hiccup.
const UNREADABLE_FOR: Duration = Duration::from_mins(10);
/// What the database may take beside its torrents, in bytes: a million grabs take about as much.
const MOST_BESIDE_TORRENTS: u64 = 1 << 30;
/// Waiting grabs that are looked at for the indexers that they wait for.
const LOOKED_AT: u32 = 500;

named_enum! {
    /// What was found. The names are those of the API, the metrics and the sentences `finding-{name}`.
    pub enum FindingKind {
        /// A client reads a feed and fetches nothing: most often its download rule is off.
        FeedFetchesNothing = "feed-fetches-nothing",
        /// A feed that no client reads keeps its torrents waiting.
        FeedUnread = "feed-unread",
        /// Torrents that no client fetched are deleted soon.
        UnfetchedEnds = "unfetched-ends",
        /// Torrents that no client fetched have nearly all the room that they may have: the oldest are deleted soon.
        UnfetchedFills = "unfetched-fills",
        /// Torrents were deleted that no client had fetched.
        UnfetchedPurged = "unfetched-purged",
        /// An app grabs through Prowlarr and is not configured.
        AppNotConfigured = "app-not-configured",
        /// An app's history told of grabs that its webhook did not.
        WebhooksMissed = "webhooks-missed",
        /// So many webhooks of an app told of grabs that its history does not know that no more are taken.
        WebhooksUnconfirmed = "webhooks-unconfirmed",
        /// An app's history cannot be read.
        HistoryFails = "history-fails",
        /// The searches of an hour at an indexer are spent, and grabs wait.
        SearchesSpent = "searches-spent",
        /// The database takes far more than the torrents in it: somebody fills it, or it waits for a vacuum.
        DatabaseLarge = "database-large",
        /// A proxy of the household is not among those that are trusted, so that all its clients are one.
        ProxyNotTrusted = "proxy-not-trusted",
    }
}

/// Something that a person should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The feed, app, program or indexer.
    pub about: String,
    /// How many torrents, grabs, downloads or mebibytes.
    pub count: u64,
    /// Since when, or from when on.
    pub at: Option<Ts>,
}

/// What there is to say now.
pub async fn all(deps: &Deps) -> Result<Vec<Finding>, StoreError> {
    let now = deps.store.now().await?;
    let mut found = of_feeds(deps, now).await?;
    found.extend(of_apps(deps, now).await?);
    found.extend(of_searches(deps).await?);
    found.extend(of_database(deps).await?);
    let proxies = deps.untrusted_proxies.since(now.minus(DAY)).into_iter();
    found.extend(proxies.map(|(address, at)| {
        let about = address.to_string();
        Finding { kind: FindingKind::ProxyNotTrusted, about, count: 0, at: Some(at) }
    }));
    Ok(found)
}

async fn of_feeds(deps: &Deps, now: Ts) -> Result<Vec<Finding>, StoreError> {
    let kept_for = deps.rules.retention.and_then(|retention| {
        let unfetched = deps.rules.unfetched.kept_for?;
        Some(unfetched.max(retention))
    });
    let ending = kept_for.map_or(Ts::MIN, |length| now.minus(length).plus(ANNOUNCED_BEFORE));
    let mut found = Vec::new();
    for feed in deps.store.unfetched(ending).await? {
        found.extend(of_feed(&feed, kept_for, now));
    }
    if let Some(retention) = deps.rules.retention {
        let (bytes, most) =
            (deps.store.unfetched_bytes(now.minus(retention)).await?, deps.rules.unfetched.max_bytes);
        if bytes >= most / 5 * 4 {
            let count = bytes >> 20;
            found.push(Finding { kind: FindingKind::UnfetchedFills, about: String::new(), count, at: None });
        }
    }
    let (count, at) = deps.store.unfetched_purged(now.minus(TOLD_FOR)).await?;
    if count > 0 {
        found.push(Finding { kind: FindingKind::UnfetchedPurged, about: String::new(), count, at });
    }
    Ok(found)
}

/// What one feed's clients do not do.
fn of_feed(feed: &Unfetched, kept_for: Option<Duration>, now: Ts) -> Vec<Finding> {
    let finding = |kind, count, at| Finding { kind, about: feed.feed.clone(), count, at: Some(at) };
    let mut found = Vec::new();
    if now.since(feed.read_at) >= UNREAD_AFTER {
        found.push(finding(FindingKind::FeedUnread, feed.torrents, feed.read_at));
    } else if let Some(since) = feed.listed_since
        && now.since(since) >= FETCHES_WITHIN
        && feed.reads >= READS
        && feed.fetched_at < Some(since)
    {
        found.push(finding(FindingKind::FeedFetchesNothing, feed.torrents, since));
    }
    if let Some(length) = kept_for.filter(|_| feed.old > 0) {
        found.push(finding(FindingKind::UnfetchedEnds, feed.old, feed.oldest_stored_at.plus(length)));
    }
    found
}

async fn of_apps(deps: &Deps, now: Ts) -> Result<Vec<Finding>, StoreError> {
    let mut found = Vec::new();
    for foreign in deps.store.foreign_sources().await? {
        let is_app = foreign.source.parse::<AppKind>().is_ok();
        if is_app && now.since(foreign.last_at) < TOLD_FOR {
            let (about, count, at) = (foreign.source, foreign.downloads, Some(foreign.last_at));
            found.push(Finding { kind: FindingKind::AppNotConfigured, about, count, at });
        }
    }
    for missed in deps.store.webhooks_missed(now.minus(DAY), now.minus(WEBHOOK_PATIENCE)).await? {
        let about = missed.app.to_string();
        found.push(Finding { kind: FindingKind::WebhooksMissed, about, count: missed.grabs, at: None });
    }
    for app in deps.apps_with_history() {
        let known = deps.store.app_sync(app).await?;
        let well_at = known.last_success_at;
        let is_failing = known.last_failure_at > well_at;
        if is_failing && well_at.is_none_or(|at| now.since(at) >= UNREADABLE_FOR) {
            let about = app.to_string();
            found.push(Finding { kind: FindingKind::HistoryFails, about, count: 0, at: well_at });
        }
        let count = deps.store.unconfirmed_grabs(app).await?;
        if count >= MOST_UNCONFIRMED {
            let about = app.to_string();
            found.push(Finding { kind: FindingKind::WebhooksUnconfirmed, about, count, at: None });
        }
    }
    Ok(found)
}

async fn of_searches(deps: &Deps) -> Result<Vec<Finding>, StoreError> {
    let waiting = GrabFilter { reason: Some(Reason::SearchBudget), ..GrabFilter::default() };
    let mut waits: BTreeMap<String, (u64, Option<Ts>)> = BTreeMap::new();
    for grab in deps.store.grabs(&waiting, LOOKED_AT, 0).await?.grabs {
        let (count, at) = waits.entry(grab.indexer.unwrap_or_default()).or_default();
        *count += 1;
        *at = grab.next_attempt_at.max(*at);
    }
    let finding = |(about, (count, at))| Finding { kind: FindingKind::SearchesSpent, about, count, at };
    Ok(waits.into_iter().map(finding).collect())
}

async fn of_database(deps: &Deps) -> Result<Option<Finding>, StoreError> {
    let (bytes, (_, of_torrents)) = (deps.store.size_bytes().await?, deps.store.torrent_totals().await?);
    let is_large = bytes.saturating_sub(of_torrents) >= MOST_BESIDE_TORRENTS;
    let finding =
        Finding { kind: FindingKind::DatabaseLarge, about: String::new(), count: bytes >> 20, at: None };
    Ok(is_large.then_some(finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts::from_millis(1_800_000_000_000);

    fn days_ago(days: u64) -> Ts {
        NOW.minus(DAY * u32::try_from(days).unwrap())
    }

    fn feed() -> Unfetched {
        Unfetched {
            feed: "all".to_owned(),
            read_at: NOW,
            reads: 100,
            fetched_at: None,
            torrents: 3,
            listed_since: Some(days_ago(2)),
            old: 0,
            oldest_stored_at: days_ago(2),
        }
    }

    fn kinds(feed: &Unfetched) -> Vec<FindingKind> {
        of_feed(feed, Some(DAY * 365), NOW).into_iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn a_client_that_reads_and_fetches_nothing_is_told_of_after_a_day() {
        assert_eq!(kinds(&feed()), [FindingKind::FeedFetchesNothing]);
        let stopped = Unfetched { fetched_at: Some(days_ago(30)), ..feed() };
        assert_eq!(kinds(&stopped), [FindingKind::FeedFetchesNothing], "its rule was switched off");
        for well in [
            Unfetched { fetched_at: Some(days_ago(1)), ..feed() },
            Unfetched { listed_since: Some(NOW), ..feed() },
            Unfetched { listed_since: None, ..feed() },
            Unfetched { reads: 2, ..feed() },
        ] {
            assert_eq!(kinds(&well), [], "{well:?}");
        }
    }

    #[test]
    fn a_feed_that_nobody_reads_is_told_of_after_two_weeks() {
        assert_eq!(kinds(&Unfetched { read_at: days_ago(14), ..feed() }), [FindingKind::FeedUnread]);
        assert_eq!(kinds(&Unfetched { read_at: days_ago(13), listed_since: None, ..feed() }), []);
    }

    #[test]
    fn an_end_is_announced_with_its_date() {
        let old = Unfetched { old: 2, oldest_stored_at: days_ago(340), listed_since: None, ..feed() };
        let found = of_feed(&old, Some(DAY * 365), NOW);
        let ends = NOW.plus(DAY * 25);
        assert_eq!((found[0].kind, found[0].count, found[0].at), (FindingKind::UnfetchedEnds, 2, Some(ends)));
        assert_eq!(of_feed(&old, None, NOW), []);
    }
}
