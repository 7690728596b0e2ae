//! Listening: one listener, a bounded number of connections, answers until the life ends.
//!
//! Owns: what a connection may cost before a request is complete: its time, its memory, its place. A connection that
//! says nothing is closed, and when all places are taken the one that has kept us waiting longest goes (`places`), so that
//! idle, slow and deaf ones never keep others out. Must not know: routes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::warn;

use crate::config::ip_range::IpRange;
use crate::ops::shutdown::Lifecycle;
use crate::web::middleware::caller::Peer;
use crate::web::places::{NoPlace, Place, Places, Standing};
use crate::web::standing_body::StandingBody;
use crate::web::wire::Wire;

/// What connections may take.
#[derive(Debug, Clone)]
pub struct ServeLimits {
    /// Connections at one time.
    pub connections: usize,
    /// How many of them one network may have.
    pub of_network: usize,
    /// `server.trusted_proxies`: each stands for many clients and has no share.
    pub trusted_proxies: Vec<IpRange>,
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
            of_network: 256,
            trusted_proxies: Vec::new(),
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
/// What the system holds for us of an answer on its way, in bytes; it may take twice that.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;
/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;
/// How long a new connection may take to say something before it can be asked to leave: its request is on the way.
const WELCOME: Duration = Duration::from_millis(250);
/// The pause after the system could not hand a connection over, as when the process has no file left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens. What the system holds of an answer that is not read is little, or a slow client could not be told from one that
/// takes nothing, and hundreds of the latter would cost gigabytes.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until the life begins to stop; requests that have begun are finished, unless the life hurries.
pub async fn serve(listener: TcpListener, router: Router, limits: ServeLimits, life: Lifecycle) {
    let (stopping, hurry) = (farewell(&life, limits.farewell), life.hurry());
    let places = Places::new(limits.connections, limits.of_network, limits.trusted_proxies.clone());
    let connections = TaskTracker::new();
    while let Some((stream, peer)) = until(&stopping, accepted(&listener)).await {
        let Some(place) = until(&stopping, place_for(&places, peer, &limits)).await else { break };
        // The network has its share, and all of it is at work: it hangs up and asks again.
        let Some(place) = place else { continue };
        let (hurry, gone) = (hurry.clone(), place.gone.clone());
        let answering = answer(
            stream,
            peer,
            router.clone(),
            limits.clone(),
            stopping.clone(),
            Arc::clone(&place.standing),
        );
        connections.spawn(async move {
            until(&hurry, until(&gone, answering)).await;
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

/// A place for a newcomer, taken from somebody who keeps us waiting if need be; `None` if its network has enough.
async fn place_for(places: &Arc<Places>, peer: Peer, limits: &ServeLimits) -> Option<Place> {
    loop {
        match places.take(peer.0.ip()) {
            Ok((place, makes_room)) => {
                if makes_room {
                    warn!(event = "web.connections-full", connections = limits.connections);
                }
                return Some(place);
            }
            Err(NoPlace::OfNetwork) => return None,
            Err(NoPlace::Anywhere) => places.may_be_free().await,
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
    standing: Arc<Standing>,
) {
    // Answers are small: waiting for more to send would only delay them.
    let _slower_then = stream.set_nodelay(true);
    let wire = Wire::new(stream, Arc::clone(&standing));
    let receipt = wire.receipt();
    let received = Arc::clone(&standing);
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(receipt.clone());
        request.map(|body| Body::new(StandingBody::received(body, Arc::clone(&received))))
    });
    let service = service.map_response(move |answer: Response<Body>| {
        answer.map(|body| Body::new(StandingBody::sent(body, Arc::clone(&standing))))
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
