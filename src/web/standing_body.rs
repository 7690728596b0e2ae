//! Bodies that say how far a request is: whether its body is still on its way, and whether its answer is.
//!
//! Must not know: what is done with that.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::HttpBody;
use hyper::body::{Frame, SizeHint};

use super::places::{Phase, Standing};

/// The body of a request. Until it is there, or nobody wants it any more, the request is unfinished.
pub(super) struct Received<B> {
    inner: B,
    standing: Arc<Standing>,
}

impl<B: HttpBody> Received<B> {
    pub(super) fn new(inner: B, standing: Arc<Standing>) -> Self {
        standing.set(if inner.is_end_stream() { Phase::Working } else { Phase::Receiving });
        Self { inner, standing }
    }
}

impl<B: HttpBody + Unpin> HttpBody for Received<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.inner.is_end_stream() {
            self.standing.received();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> Drop for Received<B> {
    fn drop(&mut self) {
        self.standing.received();
    }
}

/// The body of an answer. When it is gone, the connection waits for its next request.
pub(super) struct Sent<B> {
    inner: B,
    standing: Arc<Standing>,
}

impl<B> Sent<B> {
    pub(super) fn new(inner: B, standing: Arc<Standing>) -> Self {
        standing.set(Phase::Sending);
        Self { inner, standing }
    }
}

impl<B: HttpBody + Unpin> HttpBody for Sent<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> Drop for Sent<B> {
    fn drop(&mut self) {
        self.standing.set(Phase::Waiting);
    }
}
