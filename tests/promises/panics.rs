//! A defect in a step fails that step, and nothing else (C63).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grabfeed::domain::grab::GrabState;
use grabfeed::fetch::download::Downloader;
use grabfeed::upstream::observe::{Exchange, Observer};

use crate::support::database::Home;
use crate::support::service::{Household, Plan};
use crate::support::upstreams::{http, retry_at_once};

/// Panics at the first download.
#[derive(Default)]
struct Defect(AtomicUsize);

impl Observer for Defect {
    fn exchanged(&self, _: &Exchange<'_>) {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "test-panic");
    }
}

#[tokio::test]
async fn a_step_that_panics_is_a_failed_attempt_and_the_others_go_on() {
    let household = Household::new(Home::file(), Plan::default()).await;
    let prowlarr = household.world.prowlarr().url();
    for (number, indexer) in ["Alpha", "Beta", "Gamma"].into_iter().enumerate() {
        household.grab("radarr", &format!("A.Film.{number}.2026-GRP"), indexer).await;
    }
    let service = household
        .launch_changed(|deps| {
            let defect = Arc::new(Defect::default());
            deps.downloader = Downloader::new(http(&[&prowlarr]), retry_at_once(), defect);
        })
        .await;
    crate::support::wait::until("all three were tried", Duration::from_secs(30), async || {
        let tried = household.count("SELECT COUNT(*) FROM attempt WHERE step = 'download'").await;
        (tried == 3).then_some(())
    })
    .await;
    assert_eq!(household.grabs_in(GrabState::Ready).await.len(), 2);
    let broken = household.grabs_in(GrabState::Pending).await.remove(0);
    assert_eq!(household.state_of(&broken.title).await, "pending internal-error");
    let soon = household.now().await.plus(Duration::from_mins(5));
    assert!(broken.next_attempt_at > Some(soon), "not asked again before long");

    household.settle(&service, Duration::from_hours(1)).await;
    assert_eq!(household.state_of(&broken.title).await, "ready");
    let attempts = household.attempts_of(&broken.title).await;
    assert!(attempts.iter().any(|attempt| attempt.outcome.as_str() == "retry"), "{attempts:?}");
    service.stop().await;
}
