//! Who reads a feed, and whether the reading was whole.
//!
//! Owns: when a reading counts. Must not know: what follows from it, which `domain::feed_window` decides.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use crate::pipeline::{self, deps::Deps};
use crate::publish::feed::RenderedFeed;
use crate::store::Feed;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;
use crate::web::wire::Receipt;

/// A request for a feed.
pub struct Reader {
    /// Who calls.
    pub(super) caller: Caller,
    /// With which headers.
    pub(super) headers: HeaderMap,
    /// What tells whether the answer was taken.
    pub(super) receipt: Option<Receipt>,
    /// `HEAD` gets no body.
    wants_body: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self {
            caller: Caller::from_request_parts(parts, state).await?,
            headers: parts.headers.clone(),
            receipt: parts.extensions.get().cloned(),
            wants_body: parts.method == Method::GET,
        })
    }
}

/// A reading that counts if it is whole. One that is dropped before it is noted does not.
pub(super) struct Reading {
    deps: Arc<Deps>,
    feed: Arc<Feed>,
    rendered: Arc<RenderedFeed>,
    is_open: bool,
}

impl Reading {
    /// Begins one. `None`: it would change nothing.
    pub(super) fn begin(
        state: &WebState,
        feed: Arc<Feed>,
        rendered: &Arc<RenderedFeed>,
        reader: &Reader,
    ) -> Option<Self> {
        if !reader.wants_body || !rendered.take_reading() {
            return None;
        }
        let (deps, rendered) = (Arc::clone(&state.deps), Arc::clone(rendered));
        Some(Self { deps, feed, rendered, is_open: true })
    }

    /// Notes it; to be done once the client has the answer.
    pub(super) async fn note(mut self) {
        let items = &self.rendered.to_be_read;
        self.is_open = !pipeline::feeds::was_read(&self.deps, &self.feed, items).await;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if self.is_open {
            self.rendered.give_reading_back();
        }
    }
}
