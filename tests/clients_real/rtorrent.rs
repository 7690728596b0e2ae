//! rTorrent, driven by XML-RPC over SCGI.

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::{LIMIT, Program, folder};
use crate::support::wait::{free_port, until};

pub(crate) struct RTorrent {
    port: u16,
    _program: Program,
    _folder: TempDir,
}

impl RTorrent {
    pub(crate) async fn start() -> Self {
        let folder = folder();
        let port = free_port();
        let path = folder.path().display();
        let (session, rc) = (folder.path().join("session"), folder.path().join("rtorrent.rc"));
        std::fs::create_dir(&session).unwrap();
        let settings = format!(
            "network.scgi.open_port = 127.0.0.1:{port}\nsystem.daemon.set = true\nsession.path.set = {path}/session\n\
             directory.default.set = {path}\ndht.mode.set = disable\nnetwork.bind_address.set = 127.0.0.1\n\
             network.port_range.set = {0}-{0}\n",
            free_port()
        );
        std::fs::write(&rc, settings).unwrap();
        let import = format!("import={}", rc.display());
        let mut program = Program::start("rtorrent", "rtorrent", folder.path(), &["-n", "-o", &import]);
        until("rTorrent answers", LIMIT, async || {
            program.assert_running();
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        Self { port, _program: program, _folder: folder }
    }

    /// Loads the torrent behind the URL and waits until it is there: rTorrent downloads it later, and says nothing
    /// of failures.
    pub(crate) async fn load(&self, url: &str, infohash: &str) {
        self.call("load.normal", &["", url]).await;
        let infohash = infohash.to_uppercase();
        until("the torrent is in rTorrent", LIMIT, async || {
            self.call("download_list", &[""]).await.contains(&infohash).then_some(())
        })
        .await;
    }

    async fn call(&self, method: &str, parameters: &[&str]) -> String {
        let mut list = String::new();
        for text in parameters {
            let escaped = quick_xml::escape::escape(*text);
            list.extend(["<param><value><string>", &escaped, "</string></value></param>"]);
        }
        let body = format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName>\
             <params>{list}</params></methodCall>"
        );
        let headers = format!("CONTENT_LENGTH\0{}\0SCGI\x001\0", body.len());
        let request = format!("{}:{headers},{body}", headers.len());
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(!answer.contains("<fault>"), "{answer}");
        answer
    }
}
