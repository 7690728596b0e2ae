//! Bytes of a download as they arrive: the first piece in memory, the rest in a temporary file without a name.
//!
//! Most torrents fit into the piece. A large one takes memory only once it is whole, so that a body that turns out to
//! be too large, or breaks off, never costs more than the piece. The file vanishes with the value, however it ends.

use std::io::SeekFrom;

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::domain::reason::Reason;

/// What is kept in memory while a body arrives.
const PIECE_BYTES: usize = 1 << 20;

/// A body that arrives in chunks and never exceeds a limit.
#[derive(Debug)]
pub(super) struct Spool {
    piece: Vec<u8>,
    rest: Option<File>,
    len: usize,
    limit_bytes: usize,
}

impl Spool {
    /// Nothing yet.
    pub(super) const fn new(limit_bytes: usize) -> Self {
        Self { piece: Vec::new(), rest: None, len: 0, limit_bytes }
    }

    /// Refuses early what is announced too large. The announcement is not believed otherwise.
    pub(super) fn check_announced(&self, announced_bytes: Option<u64>) -> Result<(), Reason> {
        let fits = |bytes| usize::try_from(bytes).is_ok_and(|bytes| bytes <= self.limit_bytes);
        if announced_bytes.is_none_or(fits) { Ok(()) } else { Err(Reason::TooLarge) }
    }

    /// How many bytes arrived so far.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing arrived so far.
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first of them, up to a mebibyte.
    pub(super) fn beginning(&self) -> &[u8] {
        &self.piece
    }

    /// Appends a chunk.
    pub(super) async fn push(&mut self, chunk: &[u8]) -> Result<(), Reason> {
        let needed = self.len.saturating_add(chunk.len());
        if needed > self.limit_bytes {
            return Err(Reason::TooLarge);
        }
        self.len = needed;
        let room = PIECE_BYTES - self.piece.len();
        let (now, later) = chunk.split_at(chunk.len().min(room));
        self.piece.extend_from_slice(now);
        if later.is_empty() {
            return Ok(());
        }
        let file = match self.rest.take() {
            Some(file) => file,
            None => unnamed_file().await?,
        };
        self.rest.insert(file).write_all(later).await.map_err(|_full| Reason::NoTemporarySpace)
    }

    /// The whole.
    pub(super) async fn into_bytes(self) -> Result<Bytes, Reason> {
        let Self { mut piece, rest, len, .. } = self;
        let Some(mut file) = rest else { return Ok(piece.into()) };
        let whole = async {
            // A write is over when the flush is; an error of it would otherwise go unnoticed.
            file.flush().await?;
            file.seek(SeekFrom::Start(0)).await?;
            piece.reserve_exact(len - piece.len());
            file.read_to_end(&mut piece).await
        };
        whole.await.map_err(|_unreadable| Reason::NoTemporarySpace)?;
        if piece.len() == len { Ok(piece.into()) } else { Err(Reason::NoTemporarySpace) }
    }
}

async fn unnamed_file() -> Result<File, Reason> {
    let made = tokio::task::spawn_blocking(tempfile::tempfile).await;
    match made {
        Ok(Ok(file)) => {
            let mut file = File::from_std(file);
            file.set_max_buf_size(PIECE_BYTES / 4);
            Ok(file)
        }
        Ok(Err(_)) | Err(_) => Err(Reason::NoTemporarySpace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_keeps_its_bytes_and_its_limit() {
        let mut body = Spool::new(10);
        for chunk in ["abc", "", "defg"] {
            body.push(chunk.as_bytes()).await.unwrap();
        }
        assert_eq!(body.push(b"hijk").await, Err(Reason::TooLarge));
        body.push(b"hij").await.unwrap();
        assert_eq!(body.into_bytes().await.unwrap(), "abcdefghij");
    }

    #[tokio::test]
    async fn a_body_beyond_the_piece_is_whole_again() {
        let sent: Vec<u8> = (0..=250_u8).cycle().take(PIECE_BYTES * 3).collect();
        let mut body = Spool::new(sent.len());
        for chunk in sent.chunks(70_001) {
            body.push(chunk).await.unwrap();
        }
        assert_eq!((body.len(), body.beginning()), (sent.len(), &sent[..PIECE_BYTES]));
        assert!(body.into_bytes().await.unwrap() == sent);
    }

    #[test]
    fn an_announcement_above_the_limit_is_refused() {
        let body = Spool::new(10);
        assert_eq!(body.check_announced(Some(11)), Err(Reason::TooLarge));
        assert_eq!(body.check_announced(Some(u64::MAX)), Err(Reason::TooLarge));
        assert_eq!(body.check_announced(Some(10)), Ok(()));
        assert_eq!(body.check_announced(None), Ok(()));
    }
}
