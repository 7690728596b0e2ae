//! What differs between Radarr, Sonarr, Lidarr, Readarr and Whisparr (v2), as data.
//!
//! After section 4 of each program's history and webhook sources; see the fields.

use crate::history::Event;
use grabfeed_domain::app::AppKind;

use Feature::{
    ApplicationUrl, ClientNameInRows, CustomFormatInfo, InfohashFromFile, Languages, RowPerPart,
    WebhookHeaders,
};

/// What some of the programs have and others lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feature {
    /// Webhooks can carry headers.
    WebhookHeaders,
    /// One history row for each episode, album or book of a grab.
    RowPerPart,
    /// Rows and webhooks have `languages`.
    Languages,
    /// Rows name the download client as the user does, besides its type.
    ClientNameInRows,
    /// Webhooks have `customFormatInfo`.
    CustomFormatInfo,
    /// Webhooks have `applicationUrl`.
    ApplicationUrl,
    /// `torrentInfoHash` is filled from the file.
    InfohashFromFile,
}

/// The facts of one program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profile {
    /// `appName`, and the product name of its `User-Agent`.
    pub app_name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The version of its API.
    pub api: &'static str,
    /// What it has.
    pub features: &'static [Feature],
    /// The kinds of its history rows.
    pub events: &'static [Event],
}

impl Profile {
    /// Whether the program has this.
    pub(super) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

/// The row of a grab, in every program.
pub(super) const GRABBED: Event = Event(1, "grabbed");

const RADARR: Profile = Profile {
    app_name: "Radarr",
    version: "6.1.0.10293",
    api: "v3",
    features: &[
        WebhookHeaders,
        Languages,
        ClientNameInRows,
        CustomFormatInfo,
        ApplicationUrl,
        InfohashFromFile,
    ],
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
    features: &[
        WebhookHeaders,
        RowPerPart,
        Languages,
        ClientNameInRows,
        CustomFormatInfo,
        ApplicationUrl,
        InfohashFromFile,
    ],
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
    features: &[WebhookHeaders, RowPerPart, ApplicationUrl, InfohashFromFile],
    events: &[
        Event(0, "unknown"),
        GRABBED,
        Event(3, "trackFileImported"),
        Event(4, "downloadFailed"),
        Event(8, "downloadImported"),
        Event(10, "downloadIgnored"),
    ],
};

const READARR: Profile = Profile {
    app_name: "Readarr",
    version: "0.3.21.2475",
    features: &[RowPerPart, ClientNameInRows, InfohashFromFile],
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
    features: &[RowPerPart, Languages, ClientNameInRows, CustomFormatInfo, ApplicationUrl],
    ..SONARR
};

/// The facts of a kind; `None` for Prowlarr, which is simulated by itself.
pub(super) fn profile(kind: AppKind) -> Option<Profile> {
    match kind {
        AppKind::Radarr => Some(RADARR),
        AppKind::Sonarr => Some(SONARR),
        AppKind::Lidarr => Some(LIDARR),
        AppKind::Readarr => Some(READARR),
        AppKind::Whisparr => Some(WHISPARR),
        AppKind::Prowlarr => None,
    }
}
