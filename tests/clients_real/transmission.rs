//! The Transmission daemon, driven through its RPC.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::{LIMIT, Program, folder};
use crate::support::http::Http;
use crate::support::wait::{free_port, until};

pub(crate) struct Transmission {
    http: Http,
    rpc: String,
    _program: Program,
    _folder: TempDir,
}

impl Transmission {
    pub(crate) async fn start() -> Self {
        let folder = folder();
        let port = free_port();
        let settings = json!({
            "rpc-enabled": true, "rpc-bind-address": "127.0.0.1", "rpc-port": port,
            "rpc-authentication-required": false, "rpc-host-whitelist-enabled": false,
            "bind-address-ipv4": "127.0.0.1", "bind-address-ipv6": "::1", "peer-port": free_port(),
            "dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,
            "port-forwarding-enabled": false, "start-added-torrents": false, "download-dir": folder.path(),
        });
        std::fs::write(folder.path().join("settings.json"), settings.to_string()).unwrap();
        let config = folder.path().display().to_string();
        let mut program = Program::start(
            "transmission-daemon",
            "transmission-daemon",
            folder.path(),
            &["-f", "-g", &config],
        );
        let (http, rpc) = (Http::new(), format!("http://127.0.0.1:{port}/transmission/rpc"));
        until("Transmission answers", LIMIT, async || {
            program.assert_running();
            http.answers(&rpc).await.then_some(())
        })
        .await;
        Self { http, rpc, _program: program, _folder: folder }
    }

    /// Adds the torrent behind the URL; the daemon downloads it before it answers. Returns its infohash.
    pub(crate) async fn add(&self, url: &str) -> String {
        let answer = self.call("torrent-add", &json!({ "filename": url })).await;
        assert_eq!(answer["result"], "success", "{answer}");
        answer["arguments"]["torrent-added"]["hashString"].as_str().unwrap_or_default().to_owned()
    }

    async fn call(&self, method: &str, arguments: &Value) -> Value {
        let body = json!({ "method": method, "arguments": arguments });
        // The first answer only carries the session's number.
        let first = self.http.post_json(&self.rpc, &[], &body).await;
        assert_eq!(first.status, 409);
        let session = first.headers["x-transmission-session-id"].to_str().unwrap();
        self.http.post_json(&self.rpc, &[("x-transmission-session-id", session)], &body).await.json()
    }
}
