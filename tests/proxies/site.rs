//! An HTTPS address on the loopback interface: a name, a port, and a certificate that only the test's clients trust.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

use crate::clients_real::program::folder;
use crate::support::wait::free_port;

/// Where a proxy listens.
pub(crate) struct Site {
    /// The host name; nothing outside the test resolves it.
    pub name: &'static str,
    /// The port on which the proxy listens.
    pub port: u16,
    /// The proxy's folder, with `ca.pem`, `certificate.pem`, `key.pem`, and both of the latter in `site.pem`.
    pub folder: TempDir,
    authority: Vec<u8>,
}

impl Site {
    /// A free port and a new certificate for the name.
    pub(crate) fn new(name: &'static str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // A certificate and its signer that had one name would be taken for one that signs itself.
        params.distinguished_name.push(DnType::CommonName, "test authority");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let certificate = pem("CERTIFICATE", certificate.der());
        let key = pem("PRIVATE KEY", &key.serialize_der());
        let authority = authority.der().to_vec();
        let site = Self { name, port: free_port(), folder: folder(), authority };
        site.write("ca.pem", &pem("CERTIFICATE", &site.authority));
        site.write("site.pem", &format!("{certificate}{key}"));
        site.write("certificate.pem", &certificate);
        site.write("key.pem", &key);
        site
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// An address of the site.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}:{}{path}", self.name, self.port)
    }

    /// A client at this address of the loopback interface, which finds the site and trusts its certificate.
    pub(crate) fn client(&self, from: Ipv4Addr) -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let site = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(IpAddr::V4(from))
            .resolve(self.name, site)
            .tls_certs_only([reqwest::Certificate::from_der(&self.authority).unwrap()]);
        client.build().unwrap()
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
