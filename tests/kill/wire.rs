//! Webhooks on plain blocking sockets, so that the moment of the first byte of an answer is known exactly.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The secret of the webhooks of these tests.
pub(super) const SECRET: &str = "test-hook-secret-0123456789abcdef";

/// A grab of Radarr, as it tells it.
pub(super) fn grab(title: &str) -> String {
    serde_json::json!({
        "movie": { "id": 1, "title": title },
        "release": { "releaseTitle": title, "indexer": "Lanterne (Prowlarr)", "size": 1_000_003 },
        "downloadClient": "qBittorrent", "downloadId": null, "eventType": "Grab", "instanceName": "Radarr",
    })
    .to_string()
}

/// The bytes of a request that tells of it.
pub(super) fn request(title: &str) -> Vec<u8> {
    let body = grab(title);
    let length = body.len();
    format!(
        "POST /hooks/radarr HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         X-Webhook-Token: {SECRET}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Connects; `None` where nobody listens any more.
pub(super) fn connect(port: u16) -> Option<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    Some(stream)
}

/// Sends a webhook and waits for the first bytes of the answer.
pub(super) fn post(port: u16, title: &str) -> Option<u16> {
    let mut stream = connect(port)?;
    stream.write_all(&request(title)).ok()?;
    status(&mut stream)
}

/// The status of the answer, as soon as it is there.
pub(super) fn status(stream: &mut TcpStream) -> Option<u16> {
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head[9..]).ok()?.parse().ok()
}

/// The whole answer to a `GET` with a key.
pub(super) fn get(port: u16, path: &str, key: &str) -> String {
    let mut stream = connect(port).expect("the service listens");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: {key}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
