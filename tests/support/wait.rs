//! Waiting for what can be observed.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

/// How often a state is looked at.
const EVERY: Duration = Duration::from_millis(50);

/// Asks until `look` gives a value, and panics with `what` after `limit`.
pub(crate) async fn until<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = look().await {
            return value;
        }
        assert!(start.elapsed() < limit, "not in {limit:?}: {what}");
        tokio::time::sleep(EVERY).await;
    }
}

/// A port of the loopback interface that nobody uses now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
