//! Senders that take their time. The clock of these tests' runtime stands still and jumps to the next deadline when
//! nothing else is left to do, so no test waits.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{Running, SECRET, known_secret};

/// How long a slow sender may keep a connection at most.
const PATIENCE: Duration = Duration::from_secs(30);

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(running.service.url.strip_prefix("http://").unwrap()).await.unwrap()
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(body: &str) -> String {
    format!("POST /hooks/radarr HTTP/1.1\r\nhost: a\r\nx-webhook-token: {SECRET}\r\n{body}\r\n\r\n")
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let running = Running::with(known_secret()).await;
    for sent in ["", "GET /ping HT", "GET /ping HTTP/1.1\r\nhost: a\r\n"] {
        let mut stream = connect(&running).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        tokio::time::pause();
        let began = Instant::now();
        let answer = rest(&mut stream).await;
        assert!(began.elapsed() < PATIENCE, "{sent:?}: {:?}", began.elapsed());
        tokio::time::resume();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{sent:?}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_408() {
    let running = Running::with(known_secret()).await;
    for (framing, body) in [
        ("content-length: 100", "{"),
        ("content-length: 100", ""),
        ("transfer-encoding: chunked", "1\r\n{\r\n"),
    ] {
        let mut stream = connect(&running).await;
        stream.write_all(format!("{}{body}", head(framing)).as_bytes()).await.unwrap();
        tokio::time::pause();
        let began = Instant::now();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert!(began.elapsed() < PATIENCE, "{framing}: {:?}", began.elapsed());
        tokio::time::resume();
        assert_eq!(answer, b"HTTP/1.1 408", "{framing}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_body_is_cut_at_the_limit() {
    let running = Running::with(known_secret()).await;
    let mut stream = connect(&running).await;
    stream.write_all(head("transfer-encoding: chunked").as_bytes()).await.unwrap();
    let (mut from, mut to) = stream.split();
    let chunk = format!("10000\r\n{}\r\n", "[".repeat(0x1_0000));
    let mut sent = 0;
    let endless = async {
        while to.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
            assert!(sent < 64 * 1024 * 1024, "it is read without end");
        }
    };
    let mut answer = [0; 12];
    tokio::select! {
        read = from.read_exact(&mut answer) => assert_eq!((read.unwrap(), &answer), (12, b"HTTP/1.1 413")),
        () = endless => {} // the server hung up first
    }
    assert_eq!(running.http.get(&running.url("/ping")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_shorter_than_it_says_is_refused_and_two_lengths_are_too() {
    let running = Running::with(known_secret()).await;
    let mut stream = connect(&running).await;
    stream.write_all(format!("{}{{}}", head("content-length: 10")).as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");

    let mut stream = connect(&running).await;
    let smuggled = format!(
        "{}0\r\n\r\nGET /ping HTTP/1.1\r\n\r\n",
        head("content-length: 5\r\ntransfer-encoding: chunked")
    );
    stream.write_all(smuggled.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
}
