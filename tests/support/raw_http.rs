//! A server that answers exactly the bytes it is told to, right or wrong, and remembers what it was asked.

use std::future::Future;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A listener on a free port of 127.0.0.1; it stops when dropped.
pub(crate) struct RawServer {
    /// Its port.
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl RawServer {
    /// Hands each connection, with the head of its request, to `answer`; the connection ends with it.
    pub(crate) async fn serving<F, R>(answer: F) -> Self
    where
        F: Fn(TcpStream, String) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answer, seen) = (answer.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    let head = read_head(&mut stream).await;
                    seen.lock().unwrap().push(head.clone());
                    answer(stream, head).await;
                });
            }
        });
        Self { port, heads, task }
    }

    /// Answers each request with the bytes that `reply` gives for the head and the number of requests before.
    pub(crate) async fn replying<F>(reply: F) -> Self
    where
        F: Fn(&str, usize) -> Vec<u8> + Send + Sync + 'static,
    {
        let reply = Arc::new(reply);
        let asked = Arc::new(Mutex::new(0));
        Self::serving(move |mut stream, head| {
            let (reply, asked) = (Arc::clone(&reply), Arc::clone(&asked));
            async move {
                let before = {
                    let mut asked = asked.lock().unwrap();
                    *asked += 1;
                    *asked - 1
                };
                // The client may hang up first: that is its right.
                let _ = stream.write_all(&reply(&head, before)).await;
                let _ = stream.shutdown().await;
                drain(stream).await;
            }
        })
        .await
    }

    /// Answers every request with the same bytes.
    pub(crate) async fn always(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        Self::replying(move |_, _| reply.clone()).await
    }

    /// A URL on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// How many requests came so far.
    pub(crate) fn asked(&self) -> usize {
        self.heads.lock().unwrap().len()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits until the client has hung up, so that closing with unread bytes does not reset the connection.
async fn drain(mut stream: TcpStream) {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}

/// Reads up to the empty line that ends the head.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// An answer with a true length.
pub(crate) fn reply(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let headers: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// A redirect.
pub(crate) fn redirect(status: u16, location: &str) -> Vec<u8> {
    reply(&format!("{status} Moved"), &[("Location", location)], "")
}

/// The path and query of a request.
pub(crate) fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// Compresses with gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
