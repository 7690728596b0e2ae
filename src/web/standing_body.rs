//! A body that says when it is gone: that of a request is there, or nobody wants it any more; that of an answer is sent.
//!
//! Must not know: what is done with that.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::HttpBody;
use hyper::body::{Frame, SizeHint};

use super::places::{Phase, Standing};

/// A body on its way, and what its connection does when it is gone.
pub(super) struct StandingBody<B> {
    inner: B,
    standing: Arc<Standing>,
    gone: fn(&Standing),
}

impl<B: HttpBody> StandingBody<B> {
    /// The body of a request; until it is gone the request is unfinished.
    pub(super) fn received(inner: B, standing: Arc<Standing>) -> Self {
        standing.set(if inner.is_end_stream() { Phase::Working } else { Phase::Receiving });
        Self { inner, standing, gone: Standing::received }
    }

    /// The body of an answer; when it is gone the connection waits for its next request.
    pub(super) fn sent(inner: B, standing: Arc<Standing>) -> Self {
        standing.set(Phase::Sending);
        Self { inner, standing, gone: |standing| standing.set(Phase::Waiting) }
    }
}

impl<B: HttpBody + Unpin> HttpBody for StandingBody<B> {
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

impl<B> Drop for StandingBody<B> {
    fn drop(&mut self) {
        (self.gone)(&self.standing);
    }
}
