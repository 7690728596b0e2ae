//! A body after which something is done, once the client has it.
//!
//! Must not know: what is done then.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::web::wire::Receipt;

/// Bytes handed over at once, so that a connection that breaks off is noticed before the end.
const PIECE_BYTES: usize = 64 << 10;

/// These bytes; `then` is done once the client has all of them, and dropped if it never has.
pub(super) fn body_then(
    bytes: Bytes,
    receipt: Option<Receipt>,
    then: impl Future<Output = ()> + Send + 'static,
) -> Body {
    watch(receipt.as_ref());
    let then = Box::pin(then);
    Body::new(SentBody::new(bytes, || when_taken(receipt, then)))
}

/// Does something once the client has taken the answer that was just handed over.
pub(super) fn when_taken(receipt: Option<Receipt>, then: impl Future<Output = ()> + Send + 'static) {
    watch(receipt.as_ref());
    tokio::spawn(async move {
        let is_taken = match receipt {
            Some(receipt) => receipt.taken().await,
            None => true,
        };
        if is_taken {
            then.await;
        }
    });
}

/// Begins before the answer goes out; once more changes nothing.
fn watch(receipt: Option<&Receipt>) {
    if let Some(receipt) = receipt {
        receipt.watch();
    }
}

/// Bytes on their way out.
struct SentBody<F: FnOnce()> {
    rest: Bytes,
    /// What is done at the end.
    then: Option<F>,
}

impl<F: FnOnce()> SentBody<F> {
    /// `then` is done once, when all was handed over; not at all if that never happens.
    const fn new(bytes: Bytes, then: F) -> Self {
        Self { rest: bytes, then: Some(then) }
    }
}

impl<F: FnOnce() + Unpin> HttpBody for SentBody<F> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let piece = self.rest.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}

impl<F: FnOnce()> Drop for SentBody<F> {
    /// A server may drop a body whose announced length it has sent without asking for its end.
    fn drop(&mut self) {
        if self.rest.is_empty()
            && let Some(then) = self.then.take()
        {
            then();
        }
    }
}
