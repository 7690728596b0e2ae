//! The HTTP client of the simulated apps: one request per connection, plain HTTP/1.1, no redirects followed.
//!
//! Not the program's own client on purpose: the simulators must behave as the apps do, whatever the policy of ours
//! is. It speaks to loopback only, so it has neither TLS nor chunked bodies.

use std::fmt::Write;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// The largest answer that is read, in bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The URL is none, or not plain HTTP.
    #[error("not a plain http URL")]
    BadUrl,
    /// The connection failed or broke.
    #[error("the connection failed")]
    Connection(#[from] std::io::Error),
    /// What came back is not a whole HTTP answer.
    #[error("not a whole HTTP answer")]
    BrokenAnswer,
    /// It took too long.
    #[error("no answer in time")]
    TimedOut,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of this name; the case does not matter.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A request.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The method.
    pub method: &'a str,
    /// The whole URL.
    pub url: &'a str,
    /// Headers besides `Host`, `Connection` and `Content-Length`.
    pub headers: Vec<(&'a str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends one request and reads the whole answer.
pub(crate) async fn send(call: Call<'_>, timeout: Duration) -> Result<Reply, WireError> {
    tokio::time::timeout(timeout, exchange(call)).await.map_err(|_| WireError::TimedOut)?
}

async fn exchange(call: Call<'_>) -> Result<Reply, WireError> {
    let url = Url::parse(call.url).map_err(|_| WireError::BadUrl)?;
    let (Some(host), "http") = (url.host_str(), url.scheme()) else { return Err(WireError::BadUrl) };
    let port = url.port_or_known_default().unwrap_or(80);
    let mut stream = TcpStream::connect((host, port)).await?;

    let mut target = url.path().to_owned();
    if let Some(query) = url.query() {
        target.push('?');
        target.push_str(query);
    }
    let mut head =
        format!("{} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n", call.method);
    for (name, value) in &call.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", call.body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&call.body).await?;

    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
    parse(&answer).ok_or(WireError::BrokenAnswer)
}

fn parse(answer: &[u8]) -> Option<Reply> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let reply = Reply { status, headers, body: answer.get(end + 4..)?.to_vec() };
    let promised = reply.header("content-length").and_then(|length| length.parse().ok());
    let whole = promised.is_none_or(|length: usize| reply.body.len() == length);
    whole.then_some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_cut_short_is_no_answer() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nX-A: b\r\n\r\nabc";
        let reply = parse(whole).unwrap();
        assert_eq!((reply.status, reply.header("x-a"), reply.body.as_slice()), (200, Some("b"), &b"abc"[..]));
        assert!(parse(&whole[..whole.len() - 1]).is_none());
        assert!(parse(b"HTTP/1.1 200 OK").is_none());
    }
}
