//! One simulated server on the loopback interface, which can be taken down and brought up again on its port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::middleware::map_response;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::lock::locked;
use super::shared::WorldClock;

/// How long open requests may go on when a server goes down.
const GRACE: Duration = Duration::from_millis(500);

#[derive(Debug)]
struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// A server and its address. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    router: Router,
    running: Mutex<Option<Running>>,
}

/// A port that is taken but not served yet: simulators need to know each other's addresses first.
#[derive(Debug)]
pub(crate) struct Bound(TcpListener, SocketAddr);

impl Bound {
    /// Takes a port of 127.0.0.1; 0 takes any free one.
    pub(crate) async fn take(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self(listener, address))
    }

    /// `http://127.0.0.1:port`
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.1)
    }

    /// Serves. Answers are dated by the world's clock, as a program's are by its machine's.
    pub(crate) fn serve(self, router: Router, clock: &WorldClock) -> Server {
        let clock = clock.clone();
        let dated = move |mut response: Response| {
            let date = clock.now().rfc822().replace("+0000", "GMT");
            if let Ok(date) = HeaderValue::from_str(&date) {
                response.headers_mut().insert(DATE, date);
            }
            async { response }
        };
        let router = router.layer(map_response(dated));
        let running = start(self.0, router.clone());
        Server { address: self.1, router, running: Mutex::new(Some(running)) }
    }
}

impl Server {
    /// Closes the port and every connection: callers get "connection refused".
    pub(crate) async fn down(&self) {
        let running = locked(&self.running).take();
        if let Some(Running { stop, mut task }) = running {
            stop.cancel();
            if tokio::time::timeout(GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }

    /// Serves again on the same port.
    pub(crate) async fn up(&self) -> io::Result<()> {
        if locked(&self.running).is_none() {
            let listener = TcpListener::bind(self.address).await?;
            *locked(&self.running) = Some(start(listener, self.router.clone()));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(Running { stop, task }) = locked(&self.running).take() {
            stop.cancel();
            task.abort();
        }
    }
}

fn start(listener: TcpListener, router: Router) -> Running {
    let stop = CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    let task = tokio::spawn(async move {
        // An error can only be the listener's; callers then see a closed port, which is what they should see.
        let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
    });
    Running { stop, task }
}
