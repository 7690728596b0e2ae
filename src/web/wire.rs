//! The wire under an answer, and whether what was sent over it was taken.
//!
//! HTTP has no receipt. What can be seen from here: a client that hangs up with bytes unread makes the system reset the
//! connection, while one that has read them asks again or hangs up in order. Owns: that judgement, and the wait for it
//! where the connection is closed after the answer, and the end of a connection whose client takes next to nothing.
//! Must not know: what was sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, timeout};

use super::common_headers;
use super::places::{Phase, Standing};

/// How long the end of an answer is watched: a client that breaks off does so at once.
const WATCHED_FOR: Duration = Duration::from_secs(1);

/// In this time a client that does not keep up must take at least so many bytes: some hundred a second.
const STALLED_AFTER: Duration = Duration::from_mins(1);
const LEAST_TAKEN_BYTES: usize = 16 << 10;

/// What was seen of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    /// How often bytes of a request came.
    arrivals: u64,
    /// The system takes no more bytes for now.
    blocked: bool,
    /// The client hung up in order, or we did.
    ended: bool,
    /// The client hung up with bytes unread, or is gone.
    broken: bool,
}

/// A connection that is watched.
pub struct Wire {
    stream: TcpStream,
    seen: watch::Sender<Seen>,
    is_watched: Arc<AtomicBool>,
    linger: Option<Pin<Box<Sleep>>>,
    standing: Arc<Standing>,
    stall: Option<Stall>,
    /// What is sent in place of an answer of the HTTP library itself.
    own_answer: Option<Bytes>,
}

/// A time in which the client must take a part of the answer, since the system takes no more bytes for it.
struct Stall {
    end: Pin<Box<Sleep>>,
    taken_bytes: usize,
}

impl Stall {
    fn begin() -> Self {
        Self { end: Box::pin(tokio::time::sleep(STALLED_AFTER)), taken_bytes: 0 }
    }
}

/// Tells whether an answer was taken. An extension of each request of the connection.
#[derive(Debug, Clone)]
pub struct Receipt {
    seen: watch::Receiver<Seen>,
    is_watched: Arc<AtomicBool>,
}

impl Receipt {
    /// Begins to watch: from now on a connection that is closed after the answer waits for the client to hang up.
    pub fn watch(&self) {
        self.is_watched.store(true, Ordering::Release);
    }

    /// Whether the client took the answer of which the last bytes were just handed over.
    pub async fn taken(mut self) -> bool {
        let arrivals = self.seen.borrow().arrivals;
        loop {
            let now = *self.seen.borrow_and_update();
            if now.broken {
                return false;
            }
            if now.ended || now.arrivals > arrivals {
                return true;
            }
            match timeout(WATCHED_FOR, self.seen.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_closed)) => return !self.seen.borrow().broken,
                Err(_elapsed) if now.blocked => {}
                Err(_elapsed) => return true,
            }
        }
    }
}

impl Wire {
    /// Watches this connection.
    pub(crate) fn new(stream: TcpStream, standing: Arc<Standing>) -> Self {
        let (seen, is_watched) = (watch::Sender::default(), Arc::default());
        Self { stream, seen, is_watched, linger: None, standing, stall: None, own_answer: None }
    }

    /// What tells of its answers.
    pub fn receipt(&self) -> Receipt {
        Receipt { seen: self.seen.subscribe(), is_watched: Arc::clone(&self.is_watched) }
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        self.seen.send_if_modified(|seen| {
            let before = *seen;
            change(seen);
            *seen != before
        });
    }

    /// Notes what became of a write; one that waits for a client which takes nothing fails in the end.
    fn judge_write(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => {
                self.note(|seen| seen.blocked = true);
                self.standing.is_read(false);
                ready!(self.poll_stalled(cx));
                self.note(|seen| seen.broken = true);
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            Poll::Ready(Ok(bytes)) => {
                // A second write in a row that goes through: the client keeps up.
                if !self.seen.borrow().blocked {
                    self.stall = None;
                }
                if let Some(stall) = &mut self.stall {
                    stall.taken_bytes += bytes;
                }
                self.standing.is_read(true);
                self.note(|seen| seen.blocked = false);
            }
            Poll::Ready(Err(_)) => self.note(|seen| seen.broken = true),
        }
        written
    }

    /// Whether this is an answer that the HTTP library makes by itself: there is no request, and so nobody of ours answers.
    fn is_of_library(&mut self, bytes: &[u8]) -> bool {
        if self.own_answer.is_none() && self.standing.is(Phase::Waiting) {
            self.own_answer = common_headers::in_place_of(bytes);
        }
        self.own_answer.is_some()
    }

    /// Sends ours in its place, whole, and says that the library's was sent.
    fn poll_own_answer(&mut self, cx: &mut Context<'_>, of_library: usize) -> Poll<io::Result<usize>> {
        while let Some(rest) = self.own_answer.as_mut().filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            rest.advance(written);
        }
        Poll::Ready(Ok(of_library))
    }

    /// Ready when the client has taken too little for too long.
    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let stall = self.stall.get_or_insert_with(Stall::begin);
            ready!(stall.end.as_mut().poll(cx));
            if stall.taken_bytes < LEAST_TAKEN_BYTES {
                return Poll::Ready(());
            }
            self.stall = None;
        }
    }

    /// Waits until the client hangs up, but not for long, and reads past what it still says.
    fn poll_hung_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let linger = self.linger.get_or_insert_with(|| Box::pin(tokio::time::sleep(WATCHED_FOR)));
        if linger.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let mut unwanted = [0; 1024];
        for _ in 0..16 {
            let mut buffer = ReadBuf::new(&mut unwanted);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                Ok(()) => {
                    self.note(|seen| seen.ended = true);
                    return Poll::Ready(());
                }
                Err(_reset) => {
                    self.note(|seen| seen.broken = true);
                    return Poll::Ready(());
                }
            }
        }
        // Whoever goes on talking after the end is not waited for.
        Poll::Ready(())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.note(|seen| seen.ended = true);
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        match &read {
            Ok(()) if buf.filled().len() > before => self.note(|seen| seen.arrivals += 1),
            Ok(()) => self.note(|seen| seen.ended = true),
            Err(_reset) => self.note(|seen| seen.broken = true),
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_of_library(buf) {
            return self.poll_own_answer(cx, buf.len());
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.judge_write(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(first) = bufs.first().filter(|first| self.is_of_library(first)) {
            return self.poll_own_answer(cx, first.len());
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.judge_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            let shut = ready!(Pin::new(&mut self.stream).poll_shutdown(cx));
            if shut.is_err() {
                self.note(|seen| seen.broken = true);
                return Poll::Ready(shut);
            }
        }
        if self.is_watched.load(Ordering::Acquire) {
            ready!(self.poll_hung_up(cx));
        }
        Poll::Ready(Ok(()))
    }
}
