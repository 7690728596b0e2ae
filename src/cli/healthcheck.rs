//! `grabfeed healthcheck`: asks the service on this machine, for containers without curl.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use crate::service::StartError;
use crate::upstream::http::{Http, HttpOptions};
use crate::upstream::policy::AddressPolicy;

/// How long the answer may take; container runtimes usually give up after 30 s.
const DEADLINE: Duration = Duration::from_secs(5);

/// Runs the command.
pub fn run(context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let server = &settings.server;
    // A service that listens everywhere is asked on the loopback.
    let host = if server.host.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { server.host };
    let address = SocketAddr::new(host, server.port);
    let url = Url::parse(&format!("http://{address}{}/health/ready", server.url_base));
    let healthy = match url {
        Ok(url) => block_on(ask(context, url))?,
        Err(_) => false,
    };
    let id = if healthy { "cli-healthcheck-ready" } else { "cli-healthcheck-failed" };
    writeln!(out, "{}", context.lang_of(&settings).text(id, &[]))?;
    Ok(if healthy { 0 } else { FAILED })
}

async fn ask(context: &Context, url: Url) -> Result<bool, CommandError> {
    let clock = context.clock.clone();
    let options = HttpOptions::new(AddressPolicy::allowing([&url]), Arc::new(move || clock.now()));
    let http = Http::new(options).map_err(|_| StartError::Tls)?;
    let Ok(request) = http.get(url) else { return Ok(false) };
    Ok(request.timeout(DEADLINE).send().await.is_ok_and(|response| response.status().is_success()))
}
