//! Locking in the simulation.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a panic of another holder does not end the simulation.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
