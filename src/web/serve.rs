//! Listening: one listener, answers until the life ends.

use axum::Router;
use tokio::net::TcpListener;

use crate::ops::shutdown::Lifecycle;

/// Serves until the life begins to stop; requests that have begun are finished.
pub async fn serve(listener: TcpListener, router: Router, life: Lifecycle) -> std::io::Result<()> {
    let stopping = life.stopping();
    axum::serve(listener, router).with_graceful_shutdown(async move { stopping.cancelled().await }).await
}
