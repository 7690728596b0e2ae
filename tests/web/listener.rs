//! The listener: connections that do nothing, and heads that are too large.

use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use grabfeed::ops::shutdown::{Lifecycle, Stopped};
use grabfeed::web::serve::{ServeLimits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Running, raw};
use crate::support::http::Http;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_idle_connections_keep_nobody_out() {
    let running = Running::usual().await;
    let address = running.service.url.strip_prefix("http://").unwrap();
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(running.http.get(&running.url("/ping")).await.status, 200);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let open = idle.iter().filter(|stream| stream.try_read(&mut [0]).is_err()).count();
    assert!(open <= 512, "{open} idle connections are kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_large_is_refused_and_a_large_one_is_not() {
    let running = Running::usual().await;
    let many = |count: usize| {
        (0..count).flat_map(|number| ["x-".to_owned(), number.to_string(), ": y\r\n".to_owned()]).collect()
    };
    let line = |length: usize| format!("/ping?{}", "x".repeat(length));
    for (what, target, headers, status) in [
        ("a line of 16 kB", line(16_000), String::new(), "200"),
        ("a header of 16 kB", line(1), format!("cookie: {}\r\n", "x".repeat(16_000)), "200"),
        ("80 headers", line(1), many(80), "200"),
        ("10,000 headers", line(1), many(10_000), "431"),
        ("a header of 1 MB", line(1), format!("cookie: {}\r\n", "x".repeat(1_000_000)), "431"),
        ("a line of 1 MB", line(1_000_000), String::new(), "4"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: nas\r\nconnection: close\r\n{headers}\r\n");
        let answer = raw(&running.service.url, request.as_bytes()).await;
        // A server that refuses while we still send may reset the connection before its answer is read.
        let refused_unread = status != "200" && answer.is_empty();
        assert!(refused_unread || answer.starts_with(&format!("HTTP/1.1 {status}")), "{what}: {answer:.200}");
    }
    assert_eq!(running.http.get(&running.url("/ping")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let running = Running::usual().await;
    for request in [
        "\0\0\0\0\r\n\r\n",
        "GET / HTTP/3.0\r\n\r\n",
        "GET /ping HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n",
        "GET /ping HTTP/1.1\r\nhost: a\r\n bad: fold\r\n\r\n",
        "POST /hooks/radarr HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        "POST /hooks/radarr HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST /hooks/radarr HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n",
    ] {
        let answer = raw(&running.service.url, request.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{request:?}: {answer}");
        // The HTTP library's own refusals have our headers too.
        assert!(
            answer.is_empty() || answer.contains("x-content-type-options: nosniff\r\n"),
            "{request:?}: {answer}"
        );
    }
    assert_eq!(running.http.get(&running.url("/ping")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_finishes_the_request_that_has_begun_and_drops_who_only_waits() {
    let running = Running::with(super::known_secret()).await;
    let address = running.service.url.strip_prefix("http://").unwrap().to_owned();
    let mut begun = TcpStream::connect(&address).await.unwrap();
    let _idle = TcpStream::connect(&address).await.unwrap();
    let body = r#"{"eventType":"Test"}"#;
    let head = format!(
        "POST /hooks/radarr HTTP/1.1\r\nhost: a\r\nx-webhook-token: {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        super::SECRET,
        body.len()
    );
    begun.write_all(head.as_bytes()).await.unwrap();
    // The server has begun with the request when it asks for the body.
    let mut asked = [0; 25];
    begun.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let stopping = tokio::spawn(running.service.stop());
    begun.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(stopping.await.unwrap(), Stopped::InTime);
    assert!(TcpStream::connect(&address).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_reads_the_answers_gives_way_in_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = ServeLimits { connections: 2, leave: Duration::from_millis(300), ..ServeLimits::default() };
    let router = Router::new().route("/", get(|| async { vec![b'x'; 8_000_000] }));
    tokio::spawn(serve(listener, router, limits, Lifecycle::default()));
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut deaf = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        // The answer has begun, and will not fit into what the system holds for us.
        stream.read_exact(&mut [0; 12]).await.unwrap();
        deaf.push(stream);
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

/// What a stranger can keep unfinished: heads, bodies, answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_hundred_that_are_never_done_keep_neither_probes_nor_clients_nor_apps_out() {
    let running = Running::with(super::known_secret()).await;
    let feed = running.home.feed().await;
    let address = running.service.url.strip_prefix("http://").unwrap().to_owned();
    let body = format!(
        "POST /hooks/radarr HTTP/1.1\r\nhost: a\r\nx-webhook-token: {}\r\ncontent-length: 100\r\n\r\n{{",
        super::SECRET
    );
    let other = Http::from_address("127.0.0.2");
    for (what, sent) in [
        ("nothing", String::new()),
        ("heads", "GET /ping HTTP/1.1\r\nhost: a\r\n".to_owned()),
        ("bodies", body),
    ] {
        let mut slow = Vec::new();
        for _ in 0..600 {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            let _it_may_be_closed_by_now = stream.write_all(sent.as_bytes()).await;
            slow.push(stream);
        }
        let began = Instant::now();
        for _ in 0..5 {
            assert_eq!(other.get(&running.url("/health/live")).await.status, 200, "{what}");
            assert_eq!(other.get(&running.url(&feed)).await.status, 200, "{what}");
            let headers: [(&str, &[u8]); 1] = [("x-webhook-token", super::SECRET.as_bytes())];
            let hook = running.url("/hooks/radarr");
            let webhook = other.send("POST", &hook, &headers, r#"{"eventType":"Test"}"#).await;
            assert_eq!(webhook.status, 200, "{what}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{what}: {:?}", began.elapsed());
        // And from the same address as well.
        assert_eq!(running.http.get(&running.url("/ping")).await.status, 200, "{what}");
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_hung_up_on_and_a_slow_one_is_not() {
    let listener = grabfeed::web::serve::listen(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.local_addr().unwrap();
    let length = 16_000_000;
    let router = Router::new().route("/", get(move || async move { vec![b'x'; length] }));
    tokio::spawn(serve(listener, router, ServeLimits::default(), Lifecycle::default()));
    for (pace_bytes, gets_all) in [(0, false), (512 << 10, true)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        stream.read_exact(&mut [0; 12]).await.unwrap();
        tokio::time::pause();
        let mut piece = vec![0; pace_bytes];
        let mut taken = 0;
        // One piece every ten seconds, for as long as there is one.
        for _ in 0..90 {
            tokio::time::sleep(Duration::from_secs(10)).await;
            if pace_bytes > 0 {
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(bytes) => taken += bytes,
                }
            }
        }
        tokio::time::resume();
        let mut rest = Vec::new();
        let _reset = stream.read_to_end(&mut rest).await;
        assert_eq!(taken + rest.len() > length, gets_all, "{pace_bytes}: {taken} and {}", rest.len());
    }
}
