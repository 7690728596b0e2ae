//! `network`: patience with the apps and Prowlarr.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::section;
use crate::config::key::{Key, Kind, Unit};

section! {
    /// Patience with the apps and Prowlarr. Downloads through Prowlarr follow a longer schedule of their own.
    Network = "network", Always {
        /// Attempts of one API call, the first included.
        retries: u32 = Key::new("retries", Kind::Integer(1, 10)).default("3");
        /// Pause after the first failure; it doubles with each further one.
        backoff: Duration =
            Key::new("backoff_seconds", Kind::Decimal(0.1, 60.0)).unit(Unit::Seconds).default("1.0");
        /// How long one answer may take. Indexers behind a challenge solver need more than a minute, and the apps
        /// themselves give up after 100 s.
        timeout: Duration =
            Key::new("timeout_seconds", Kind::Integer(1, 600)).unit(Unit::Seconds).default("90");
        /// Further places of the household from which links may be fetched: Jackett and the like. All other private
        /// addresses are refused, whoever names them.
        link_sources: Vec<Url> =
            Key::new("link_sources", Kind::List(&Kind::HttpUrl)).default("").example("http://jackett:9117");
        /// The least time between two requests for torrents at one host that is not Prowlarr; Prowlarr keeps as much itself.
        host_spacing: Duration = Key::new("host_spacing_seconds", Kind::Decimal(0.0, 60.0)).unit(Unit::Seconds).default("2");
        /// A PEM file of authorities to trust besides the public ones and the system's; a relative path is in the data
        /// folder.
        ca_file: Option<PathBuf> = Key::new("ca_file", Kind::Path).example("household-ca.pem");
    }
}
