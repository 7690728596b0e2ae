//! nginx. It appends to `X-Forwarded-For` and writes the other headers anew.

use super::site::Site;
use crate::clients_real::program::Program;

/// Starts it in front of the service on this port, which it serves below the path.
pub(crate) fn start(site: &Site, service: u16, path: &str) -> Program {
    let port = site.port;
    let configuration = format!(
        "daemon off;
# One process: a worker would outlive its master, which is killed.
master_process off;
pid nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    server_tokens off;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    # Plain HTTP on the port of HTTPS.
    error_page 497 =301 https://$host:$server_port$request_uri;
    location {path}/ {{
      proxy_pass http://127.0.0.1:{service};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }}
  }}
}}
"
    );
    let file = site.write("nginx.conf", &configuration);
    let folder = site.folder.path();
    let (prefix, file) = (format!("{}/", folder.display()), file.display().to_string());
    Program::start("nginx", "nginx", folder, &["-p", &prefix, "-c", &file, "-e", "stderr"])
}
