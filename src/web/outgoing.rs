//! Torrents on their way out: one copy of each, however many read it, and not more of them than there is room for.
//!
//! Owns: the room. A reader that does not read holds a copy for as long as its connection lives, so that without it one valid
//! link and two hundred such readers take gigabytes. Must not know: links, feeds, headers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::domain::ids::TorrentId;
use crate::store::{Store, StoreError};

/// What all torrents on their way out may take together, in KiB.
const ROOM_KIB: u32 = 64 * 1024;
/// How long a torrent waits for room.
const PATIENCE: Duration = Duration::from_secs(5);

/// A torrent on its way out; its room is free when the last reader is done.
#[derive(Debug)]
pub struct OutgoingFile {
    /// Its name.
    pub name: String,
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl OutgoingFile {
    /// The bytes, which keep the file where it is.
    pub fn bytes(self: &Arc<Self>) -> Bytes {
        Bytes::from_owner(Shared(Arc::clone(self)))
    }
}

struct Shared(Arc<OutgoingFile>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// Why a torrent is not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// There is no such file, or not any more.
    #[error("no such file")]
    Gone,
    /// Those who have one do not read theirs.
    #[error("no room for a torrent on its way out")]
    NoRoom,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The torrents on their way out.
#[derive(Debug)]
pub struct OutgoingFiles {
    files: SyncMutex<HashMap<TorrentId, Weak<OutgoingFile>>>,
    /// One is read at a time, so that what waits for room is one at most.
    turn: Mutex<()>,
    room: Arc<Semaphore>,
    room_kib: u32,
}

impl Default for OutgoingFiles {
    fn default() -> Self {
        Self::with_room(ROOM_KIB)
    }
}

impl OutgoingFiles {
    fn with_room(room_kib: u32) -> Self {
        let room = Semaphore::new(usize::try_from(room_kib).unwrap_or(usize::MAX));
        Self { files: SyncMutex::default(), turn: Mutex::default(), room: Arc::new(room), room_kib }
    }

    /// A torrent's file, shared with everybody who reads it at this moment.
    pub async fn get(&self, store: &Store, id: TorrentId) -> Result<Arc<OutgoingFile>, NotSent> {
        if let Some(file) = self.on_its_way(id) {
            return Ok(file);
        }
        timeout(PATIENCE, self.read(store, id)).await.map_err(|_elapsed| NotSent::NoRoom)?
    }

    async fn read(&self, store: &Store, id: TorrentId) -> Result<Arc<OutgoingFile>, NotSent> {
        let _turn = self.turn.lock().await;
        if let Some(file) = self.on_its_way(id) {
            return Ok(file);
        }
        let torrent = store.torrent(id).await?.ok_or(NotSent::Gone)?;
        let bytes = torrent.bytes.ok_or(NotSent::Gone)?;
        let kib = u32::try_from(bytes.len().div_ceil(1024)).unwrap_or(u32::MAX).min(self.room_kib);
        let room = Arc::clone(&self.room).acquire_many_owned(kib).await.map_err(|_closed| NotSent::NoRoom)?;
        let file = Arc::new(OutgoingFile { name: torrent.name, bytes, _room: room });
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|_, known| known.strong_count() > 0);
        files.insert(id, Arc::downgrade(&file));
        Ok(file)
    }

    fn on_its_way(&self, id: TorrentId) -> Option<Arc<OutgoingFile>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).get(&id).and_then(Weak::upgrade)
    }
}
