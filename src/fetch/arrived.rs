//! Files that have arrived and are not in the database yet.
//!
//! Between a download and the transaction that stores it lie the verification and the wait for the database's one writer;
//! a process that is killed meanwhile would ask the tracker for the same file again. So the bytes go into a file of their
//! own first. It is a help and no promise: where it cannot be written, the download is repeated. Owns: that folder. Must not
//! know: what becomes of a grab.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::domain::ids::GrabId;
use crate::domain::time::Ts;
use crate::ops::private_file;

/// The hash of the link stands before the bytes: a grab's other link is another file.
const HASH_BYTES: usize = 32;
/// A file that nobody asked for so long belongs to no grab any more.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// The folder of arrived files.
#[derive(Debug, Clone, Default)]
pub struct ArrivedFiles(Option<PathBuf>);

impl ArrivedFiles {
    /// Files in this folder, which is made when the first arrives; `None`: no file is kept.
    pub const fn new(folder: Option<PathBuf>) -> Self {
        Self(folder)
    }

    /// Keeps what came from a link until the grab's step is written down.
    pub async fn keep(&self, grab: GrabId, link: &SecretString, bytes: &Bytes) {
        let Some(path) = self.path(grab) else { return };
        let (hash, bytes) = (hash(link), bytes.clone());
        let kept = spawn_blocking(move || write(&path, &hash, &bytes)).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::debug!(event = "grab.file-not-kept", grab = grab.0);
        }
    }

    /// What came from this link for this grab, if it was kept.
    pub async fn find(&self, grab: GrabId, link: &SecretString) -> Option<Bytes> {
        let path = self.path(grab)?;
        let file = Bytes::from(spawn_blocking(move || fs::read(path)).await.ok()?.ok()?);
        (file.get(..HASH_BYTES)? == hash(link)).then(|| file.slice(HASH_BYTES..))
    }

    /// The step is written down: the file is needed no more.
    pub async fn forget(&self, grab: GrabId) {
        let Some(path) = self.path(grab) else { return };
        // Most often there is none.
        let _removed = spawn_blocking(move || fs::remove_file(path)).await;
    }

    /// Removes what was left by grabs that are gone.
    pub async fn sweep(&self, now: Ts) {
        let Some(folder) = self.0.clone() else { return };
        // What cannot be removed is tried again next time.
        let _swept = spawn_blocking(move || sweep(&folder, now)).await;
    }

    fn path(&self, grab: GrabId) -> Option<PathBuf> {
        self.0.as_ref().map(|folder| folder.join(format!("{}.arrived", grab.0)))
    }
}

fn hash(link: &SecretString) -> [u8; HASH_BYTES] {
    Sha256::digest(link.expose_secret().as_bytes()).into()
}

/// A file appears under its name once it is whole. No sync: what a power cut takes is fetched again, and what it tears is no
/// torrent any more.
fn write(path: &Path, hash: &[u8], bytes: &[u8]) -> io::Result<()> {
    let aside = path.with_extension("part");
    let mut options = private_file::options();
    options.write(true).create(true).truncate(true);
    let mut file = match options.open(&aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            private_file::folder().create(path.parent().unwrap_or(path))?;
            options.open(&aside)?
        }
        opened => opened?,
    };
    file.write_all(hash)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(aside, path)
}

fn sweep(folder: &Path, now: Ts) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if now.since(moment(entry.metadata()?.modified()?)) > KEPT_FOR {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn moment(time: SystemTime) -> Ts {
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ts::from_millis(since_1970.as_millis().try_into().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_found_by_its_grab_and_link_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let files = ArrivedFiles::new(Some(folder.path().join("arrived")));
        let (link, other) = (SecretString::from("http://a/1"), SecretString::from("http://a/2"));
        assert_eq!(files.find(GrabId(1), &link).await, None);
        files.keep(GrabId(1), &link, &Bytes::from_static(b"d4:infoe")).await;
        assert_eq!(files.find(GrabId(1), &link).await.as_deref(), Some(&b"d4:infoe"[..]));
        assert_eq!(files.find(GrabId(1), &other).await, None, "another link is another file");
        assert_eq!(files.find(GrabId(2), &link).await, None);
        files.forget(GrabId(1)).await;
        assert_eq!(files.find(GrabId(1), &link).await, None);
    }

    #[tokio::test]
    async fn what_is_torn_or_old_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = ArrivedFiles::new(Some(folder.path().to_owned()));
        let link = SecretString::from("http://a/1");
        fs::write(folder.path().join("1.arrived"), b"torn").unwrap();
        assert_eq!(files.find(GrabId(1), &link).await, None);
        files.keep(GrabId(2), &link, &Bytes::from_static(b"de")).await;
        let written = moment(fs::metadata(folder.path().join("2.arrived")).unwrap().modified().unwrap());
        files.sweep(written.plus(KEPT_FOR)).await;
        assert!(files.find(GrabId(2), &link).await.is_some());
        files.sweep(written.plus(KEPT_FOR).plus(Duration::from_mins(1))).await;
        assert!(files.find(GrabId(2), &link).await.is_none());
    }

    #[tokio::test]
    async fn without_a_folder_nothing_is_kept_and_nothing_fails() {
        let link = SecretString::from("http://a/1");
        for files in [ArrivedFiles::default(), ArrivedFiles::new(Some("/proc/none/here".into()))] {
            files.keep(GrabId(1), &link, &Bytes::from_static(b"de")).await;
            assert_eq!(files.find(GrabId(1), &link).await, None);
            files.forget(GrabId(1)).await;
            files.sweep(Ts::MAX).await;
        }
    }
}
