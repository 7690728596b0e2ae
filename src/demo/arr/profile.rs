//! What differs between Radarr, Sonarr, Lidarr, Readarr and Whisparr (v2), as data.
//!
//! After section 4 of each program's history and webhook sources; see the fields.

use crate::demo::history::Event;
use crate::domain::app::AppKind;

/// The facts of one program.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// `appName`, and the product name of its `User-Agent`.
    pub app_name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The version of its API.
    pub api: &'static str,
    /// Whether its webhooks can carry headers.
    pub knows_headers: bool,
    /// Whether it writes one history row for each episode, album or book of a grab.
    pub row_per_part: bool,
    /// Whether its rows and webhooks have `languages`.
    pub languages: bool,
    /// Whether its rows name the download client as the user does, besides its type.
    pub client_name_in_rows: bool,
    /// Whether its webhooks have `customFormatInfo`.
    pub custom_format_info: bool,
    /// Whether its webhooks have `applicationUrl`.
    pub application_url: bool,
    /// Whether it fills `torrentInfoHash` from the file.
    pub fills_infohash: bool,
    /// The kinds of its history rows.
    pub events: &'static [Event],
}

/// The row of a grab, in every program.
pub const GRABBED: Event = Event(1, "grabbed");

const RADARR: Profile = Profile {
    app_name: "Radarr",
    version: "6.1.0.10293",
    api: "v3",
    knows_headers: true,
    row_per_part: false,
    languages: true,
    client_name_in_rows: true,
    custom_format_info: true,
    application_url: true,
    fills_infohash: true,
    events: &[
        Event(0, "unknown"),
        GRABBED,
        Event(3, "downloadFolderImported"),
        Event(4, "downloadFailed"),
        Event(6, "movieFileDeleted"),
        Event(8, "movieFileRenamed"),
        Event(9, "downloadIgnored"),
    ],
};

const SONARR: Profile = Profile {
    app_name: "Sonarr",
    version: "4.0.19.2979",
    row_per_part: true,
    events: &[
        Event(0, "unknown"),
        GRABBED,
        Event(2, "seriesFolderImported"),
        Event(3, "downloadFolderImported"),
        Event(4, "downloadFailed"),
        Event(5, "episodeFileDeleted"),
        Event(6, "episodeFileRenamed"),
        Event(7, "downloadIgnored"),
    ],
    ..RADARR
};

const LIDARR: Profile = Profile {
    app_name: "Lidarr",
    version: "2.14.5.4836",
    api: "v1",
    row_per_part: true,
    languages: false,
    client_name_in_rows: false,
    custom_format_info: false,
    events: &[
        Event(0, "unknown"),
        GRABBED,
        Event(3, "trackFileImported"),
        Event(4, "downloadFailed"),
        Event(8, "downloadImported"),
        Event(10, "downloadIgnored"),
    ],
    ..RADARR
};

const READARR: Profile = Profile {
    app_name: "Readarr",
    version: "0.3.21.2475",
    knows_headers: false,
    client_name_in_rows: true,
    application_url: false,
    events: &[
        Event(0, "unknown"),
        GRABBED,
        Event(3, "bookFileImported"),
        Event(4, "downloadFailed"),
        Event(8, "downloadImported"),
        Event(10, "downloadIgnored"),
    ],
    ..LIDARR
};

const WHISPARR: Profile = Profile {
    app_name: "Whisparr",
    version: "2.0.0.548",
    knows_headers: false,
    custom_format_info: true,
    fills_infohash: false,
    ..SONARR
};

/// The facts of a kind; `None` for Prowlarr, which is simulated by itself.
pub fn profile(kind: AppKind) -> Option<Profile> {
    match kind {
        AppKind::Radarr => Some(RADARR),
        AppKind::Sonarr => Some(SONARR),
        AppKind::Lidarr => Some(LIDARR),
        AppKind::Readarr => Some(READARR),
        AppKind::Whisparr => Some(WHISPARR),
        AppKind::Prowlarr => None,
    }
}
