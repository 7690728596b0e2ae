//! Stopping in order: ask, wait, insist, leave.
//!
//! Owns: the two signals inside the process (stop taking work; drop what you do), the two deadlines, and the list of
//! tasks that are waited for. Must not know what a task does.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

/// How long the process takes to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Until then tasks may finish what they do; then they are told to drop it.
    pub soft: Duration,
    /// Until then the process ends, whatever its tasks do.
    pub hard: Duration,
}

impl Default for Deadlines {
    /// 15 and 20 seconds: below the 30 that container runtimes commonly grant, and above the slowest request that is
    /// worth waiting for.
    fn default() -> Self {
        Self { soft: Duration::from_secs(15), hard: Duration::from_secs(20) }
    }
}

/// How stopping went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every task ended by itself before the soft deadline.
    InTime,
    /// Some task had to be told to drop what it did.
    Hurried,
    /// Some task ran on past the hard deadline.
    Abandoned,
}

/// The life of the process. Clones are about the same life.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

impl Lifecycle {
    /// Starts a task that stopping waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Cancelled when no new work may begin.
    pub fn stopping(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when even work that has begun is to be dropped. State is in rows, so a restart resumes it.
    pub fn hurry(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Begins to stop; more calls change nothing.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Waits until something calls [`Lifecycle::stop`], then for the tasks, at most until the deadlines.
    pub async fn finish(&self, deadlines: Deadlines) -> Stopped {
        self.soft.cancelled().await;
        info!(event = "ops.stopping", deadline_seconds = deadlines.hard.as_secs());
        let began = Instant::now();
        self.tasks.close();
        let in_time = async {
            tokio::select! {
                () = self.tasks.wait() => true,
                () = self.hard.cancelled() => false,
            }
        };
        if timeout_at(began + deadlines.soft, in_time).await == Ok(true) {
            info!(event = "ops.stopped");
            return Stopped::InTime;
        }
        self.hard.cancel();
        if timeout_at(began + deadlines.hard, self.tasks.wait()).await.is_ok() {
            warn!(event = "ops.stopped-in-a-hurry");
            Stopped::Hurried
        } else {
            warn!(event = "ops.stopped-with-work-left", tasks = self.tasks.len());
            Stopped::Abandoned
        }
    }

    /// Stops at the first SIGTERM or SIGINT (Ctrl-C), and insists at the second: a person who presses Ctrl-C twice
    /// does not want to wait. Runs until then.
    pub async fn obey_signals(&self) -> std::io::Result<()> {
        let mut signals = Signals::listen()?;
        signals.next().await;
        self.soft.cancel();
        signals.next().await;
        self.hard.cancel();
        Ok(())
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Deadlines = Deadlines { soft: Duration::from_millis(20), hard: Duration::from_millis(60) };

    #[tokio::test]
    async fn a_task_that_listens_ends_in_time() {
        let life = Lifecycle::default();
        let stopping = life.stopping();
        life.spawn(async move { stopping.cancelled().await });
        life.stop();
        assert_eq!(life.finish(Deadlines::default()).await, Stopped::InTime);
    }

    #[tokio::test]
    async fn a_busy_task_is_told_to_drop_its_work_at_the_soft_deadline() {
        let life = Lifecycle::default();
        let hurry = life.hurry();
        life.spawn(async move { hurry.cancelled().await });
        life.stop();
        assert_eq!(life.finish(SHORT).await, Stopped::Hurried);
    }

    #[tokio::test]
    async fn a_deaf_task_does_not_keep_the_process() {
        let life = Lifecycle::default();
        life.spawn(std::future::pending());
        life.stop();
        assert_eq!(life.finish(SHORT).await, Stopped::Abandoned);
    }
}
