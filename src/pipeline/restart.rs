//! Parts that run as long as the process: a defect in one round of theirs must not end them.
//!
//! Must not know what they do.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::error;

use crate::ops::shutdown::Lifecycle;

/// Time before a part that panicked begins anew, so that one that always does is no busy loop.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs a part until it ends by itself, beginning anew after a panic. All state is in rows, so nothing is half done.
pub(super) async fn after_panics<F: Future<Output = ()>>(
    part: &'static str,
    life: Lifecycle,
    run: impl Fn() -> F,
) {
    let stopping = life.stopping();
    while AssertUnwindSafe(run()).catch_unwind().await.is_err() {
        error!(event = "pipeline.part-panicked", part);
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_part_that_panics_begins_anew_until_it_ends() {
        let rounds = AtomicUsize::new(0);
        let run = || async { assert!(rounds.fetch_add(1, Ordering::Relaxed) >= 2, "test-panic") };
        after_panics("test", Lifecycle::default(), run).await;
        assert_eq!(rounds.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_always_panics_ends_with_the_process() {
        let life = Lifecycle::default();
        life.stop();
        after_panics("test", life, || async { panic!("test-panic") }).await;
    }
}
