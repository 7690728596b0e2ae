//! `server`: where the service listens, and under which address the household reaches it.

use std::net::IpAddr;

use url::Url;

use super::section;
use crate::config::ip_range::IpRange;
use crate::config::key::{Key, Kind};

section! {
    /// Where the service listens, and under which address the household reaches it.
    Server = "server", Always {
        /// The address to listen on.
        host: IpAddr = Key::new("host", Kind::IpAddress).default("0.0.0.0");
        /// The TCP port to listen on.
        port: u16 = Key::new("port", Kind::Integer(1, 65_535)).default("4722");
        /// The path under which a reverse proxy serves us: empty, or `/name` without a slash at the end.
        url_base: String = Key::new("url_base", Kind::UrlBase).default("").example("/grabfeed");
        /// The address that feeds and webhooks name; without it, the one that the request came to.
        public_url: Option<Url> =
            Key::new("public_url", Kind::HttpUrl).example("https://grabfeed.example.org");
        /// The `Host` names that are answered beside the public address and this machine's own, in lower case; empty:
        /// addresses, and names that exist in the household only.
        allowed_hosts: Vec<String> =
            Key::new("allowed_hosts", Kind::List(&Kind::HostName)).default("").example("grabfeed.example.org");
        /// The proxies whose `X-Forwarded-*` and `Forwarded` headers are believed.
        trusted_proxies: Vec<IpRange> =
            Key::new("trusted_proxies", Kind::List(&Kind::IpRange)).default("").example("172.16.0.0/12");
        /// Threads that serve requests; `None`: one per processor.
        workers: Option<usize> = Key::new("workers", Kind::Integer(1, 64)).short_variable("WEB_CONCURRENCY")
            .example("2");
    }
}
