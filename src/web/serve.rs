//! Listening: one listener, a bounded number of connections, answers until the life ends.
//!
//! Owns: what a connection may cost before a request is complete: its time, its memory, its place. A connection that
//! says nothing is closed, and when all places are taken every connection that waits gives its own up, so that idle
//! ones never keep others out. Must not know: routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::warn;

use crate::ops::shutdown::Lifecycle;
use crate::web::middleware::caller::Peer;
use crate::web::wire::Wire;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct ServeLimits {
    /// Connections at one time.
    pub connections: usize,
    /// How long a connection may take to send the head of its next request; also how long an idle one is kept.
    pub head: Duration,
    /// How long a connection that was asked to leave may still take for the request that it has begun. A client that
    /// never reads its answers would keep its place for ever.
    pub leave: Duration,
    /// How long new connections are still taken once the life begins to stop: who asks whether the service is ready is
    /// told that it is not, and a proxy sends nothing more, before the door is shut.
    pub farewell: Duration,
}

impl Default for ServeLimits {
    /// Far more connections than a household has, and fewer than the 1024 open files that a process commonly may have.
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(15),
            leave: Duration::from_secs(30),
            farewell: FAREWELL,
        }
    }
}

/// A proxy that looks every half second sees the change in time.
const FAREWELL: Duration = Duration::from_secs(1);
/// What the head of a request may take, in bytes; a larger one is answered 431 or 414.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long a new connection may take to say something before it can be asked to leave: its request is on the way.
const WELCOME: Duration = Duration::from_millis(250);
/// The pause after the system could not hand a connection over, as when the process has no file left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the life begins to stop; requests that have begun are finished, unless the life hurries.
pub async fn serve(listener: TcpListener, router: Router, limits: ServeLimits, life: Lifecycle) {
    let (stopping, hurry) = (farewell(&life, limits.farewell), life.hurry());
    let (places, connections) = (Arc::new(Semaphore::new(limits.connections)), TaskTracker::new());
    let mut leave = stopping.child_token();
    while let Some((stream, peer)) = until(&stopping, accepted(&listener)).await {
        let place = match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => place,
            Err(_all_taken) => {
                warn!(event = "web.connections-full", connections = limits.connections);
                leave.cancel();
                leave = stopping.child_token();
                let Some(place) = until(&stopping, freed(&places)).await else { break };
                place
            }
        };
        let answering = answer(stream, peer, router.clone(), limits, leave.clone());
        let hurry = hurry.clone();
        connections.spawn(async move {
            until(&hurry, answering).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Cancelled some time after the life begins to stop.
fn farewell(life: &Lifecycle, length: Duration) -> CancellationToken {
    let shut = CancellationToken::new();
    let (stopping, then) = (life.stopping(), shut.clone());
    life.spawn(async move {
        stopping.cancelled().await;
        tokio::time::sleep(length).await;
        then.cancel();
    });
    shut
}

/// What `work` gives, or nothing if the token is cancelled before.
async fn until<T>(cancelled: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = cancelled.cancelled() => None,
        done = work => Some(done),
    }
}

async fn freed(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    loop {
        // It is never closed, so this ends at the first turn.
        if let Ok(place) = Arc::clone(places).acquire_owned().await {
            return place;
        }
    }
}

async fn accepted(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return (stream, Peer(address)),
            Err(cause) => {
                warn!(event = "web.accept-failed", cause = %cause);
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Answers the requests of one connection until it ends, or after the present one when it is asked to leave.
async fn answer(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    limits: ServeLimits,
    leave: CancellationToken,
) {
    // Answers are small: waiting for more to send would only delay them.
    let _slower_then = stream.set_nodelay(true);
    let wire = Wire::new(stream);
    let receipt = wire.receipt();
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(receipt.clone());
        request.map(Body::new)
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(wire), TowerToHyperService::new(service))
    );
    let welcome = Instant::now() + WELCOME;
    let told = async {
        leave.cancelled().await;
        sleep_until(welcome).await;
    };
    // How a client hangs up is its own affair, so the result tells nothing.
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = told => connection.as_mut().graceful_shutdown(),
    }
    let _ended = timeout(limits.leave, connection).await;
}
