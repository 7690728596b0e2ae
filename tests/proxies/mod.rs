//! Real reverse proxies in front of the service, as Debian ships them: nginx, `HAProxy` and Caddy, each with TLS, below a
//! path of its own, and with the few lines of configuration that a household writes.

mod behind;
pub(crate) mod caddy;
pub(crate) mod haproxy;
pub(crate) mod nginx;
pub(crate) mod site;
