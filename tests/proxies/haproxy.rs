//! `HAProxy`. It writes `X-Forwarded-For` as a line of its own behind those that the client sent.

use super::site::Site;
use crate::clients_real::program::Program;

/// Starts it in front of the service on this port, which it serves below the path.
pub(crate) fn start(site: &Site, service: u16, path: &str) -> Program {
    let (port, folder) = (site.port, site.folder.path());
    let configuration = format!(
        "defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend https
  bind 127.0.0.1:{port} ssl crt {pem}
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  acl below path_beg {path}/
  use_backend grabfeed if below
backend grabfeed
  server one 127.0.0.1:{service}
",
        pem = folder.join("site.pem").display()
    );
    let file = site.write("haproxy.cfg", &configuration).display().to_string();
    Program::start("haproxy", "haproxy", folder, &["-db", "-f", &file])
}
