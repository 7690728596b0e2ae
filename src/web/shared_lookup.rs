//! One look at the database for all who ask the same at the same time.
//!
//! An answer is only given to callers that asked before the look for it began, so it is as fresh as a look of one's own: what
//! was committed before the question, by whichever process, is seen. Must not know what is looked for.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// One question, and the latest answer with the number of its look.
#[derive(Debug)]
pub struct SharedLookup<T> {
    begun: AtomicU64,
    latest: Mutex<Option<(u64, T)>>,
}

impl<T> Default for SharedLookup<T> {
    /// Knows no answer.
    fn default() -> Self {
        Self { begun: AtomicU64::new(0), latest: Mutex::new(None) }
    }
}

impl<T: Clone> SharedLookup<T> {
    /// Waits for the look that is under way, if any, and takes the answer of the next; the first in line does that look.
    pub async fn answer(&self, look: impl Future<Output = T>) -> T {
        let begun_before = self.begun.load(Ordering::SeqCst);
        let mut latest = self.latest.lock().await;
        if let Some((number, found)) = &*latest
            && *number > begun_before
        {
            return found.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let found = look.await;
        *latest = Some((number, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use tokio::sync::Notify;

    use super::*;

    /// Counts looks; the first one waits to be let go.
    #[derive(Default)]
    struct Table(AtomicU32, Notify);

    impl Table {
        async fn look(&self) -> u32 {
            let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            if number == 1 {
                self.1.notified().await;
            }
            number
        }
    }

    #[tokio::test]
    async fn who_asks_during_a_look_shares_the_next_one() {
        let (lookup, table) = (SharedLookup::default(), Table::default());
        let first = lookup.answer(table.look());
        let later = async {
            let both = async { tokio::join!(lookup.answer(table.look()), lookup.answer(table.look())) };
            let free = async { table.1.notify_one() };
            tokio::join!(both, free).0
        };
        assert_eq!(tokio::join!(first, later), (1, (2, 2)));
        assert_eq!(lookup.answer(table.look()).await, 3, "a later question gets a later look");
    }

    #[tokio::test]
    async fn a_look_that_was_given_up_leaves_the_next_to_look() {
        let (lookup, table) = (SharedLookup::default(), Table::default());
        tokio::select! {
            biased;
            _ = lookup.answer(table.look()) => unreachable!(),
            () = std::future::ready(()) => {}
        }
        assert_eq!(lookup.answer(table.look()).await, 2);
    }
}
