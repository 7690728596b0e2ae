//! Caddy. It writes all three headers by itself and drops what an untrusted client sent of them.

use super::site::Site;
use crate::clients_real::program::Program;

/// Starts it in front of the service on this port, which it serves below the path.
pub(crate) fn start(site: &Site, service: u16, path: &str) -> Program {
    let (name, port, folder) = (site.name, site.port, site.folder.path());
    let configuration = format!(
        "{{
  admin off
  auto_https off
}}
https://{name}:{port} {{
  bind 127.0.0.1
  tls {certificate} {key}
  reverse_proxy {path}/* 127.0.0.1:{service}
}}
",
        certificate = folder.join("certificate.pem").display(),
        key = folder.join("key.pem").display()
    );
    let file = site.write("Caddyfile", &configuration).display().to_string();
    Program::start("caddy", "caddy", folder, &["run", "--adapter", "caddyfile", "--config", &file])
}
