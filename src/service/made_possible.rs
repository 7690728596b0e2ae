//! Which setting stands in the way of which reason.

use secrecy::ExposeSecret;

use crate::config::Settings;
use crate::domain::place::PROWLARR;
use crate::domain::reason::Reason;
use crate::pipeline::revival::Part;

/// The parts of the settings whose change makes something possible again.
pub(super) fn parts(settings: &Settings) -> Vec<Part> {
    let part = |name, value: String, reasons| Part { name, value: value.into(), reasons, place: None };
    let prowlarr = settings.prowlarr.as_ref();
    let prowlarr = prowlarr.map(|prowlarr| format!("{} {}", prowlarr.url, prowlarr.api_key.expose_secret()));
    let jackett = settings.jackett.as_ref();
    let jackett = jackett.map(|jackett| format!("{} {}", jackett.url, jackett.api_key.expose_secret()));
    let sources: Vec<_> = settings.network.link_sources.iter().map(ToString::to_string).collect();
    let (matching, torrents) = (&settings.matching, &settings.torrents);
    vec![
        Part {
            place: Some(format!("{PROWLARR}%")),
            ..part(
                "prowlarr",
                prowlarr.unwrap_or_default(),
                &[
                    Reason::ProwlarrNotConfigured,
                    Reason::ProwlarrKeyRefused,
                    Reason::ProwlarrUnavailable,
                    Reason::NoLink,
                    Reason::NoProwlarr,
                ],
            )
        },
        // A key that was wrong, an address that was not the right one: whatever failed at a host is tried again.
        Part {
            place: Some("%:%".to_owned()),
            ..part("jackett", jackett.unwrap_or_default(), &[Reason::AddressRefused])
        },
        part("network.link_sources", sources.join(" "), &[Reason::AddressRefused, Reason::RedirectRefused]),
        part("matching.allow_search", matching.allow_search.to_string(), &[Reason::NoLink]),
        part("matching.allow_magnets", matching.allow_magnets.to_string(), &[Reason::MagnetOnly]),
        part("matching.strict_hash", matching.strict_hash.to_string(), &[Reason::WrongInfohash]),
        part("torrents.max_size_mb", torrents.max_size_bytes.to_string(), &[Reason::TooLarge]),
    ]
}
