//! Webhooks of the six apps, read tolerantly: every field is optional, unknown keys and events are no error.
//!
//! A Grab webhook carries no link, no protocol and no infohash field; what it is good for is speed. Facts: the apps'
//! `Notifications/Webhook` sources.

use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{UNTITLED, text};
use crate::domain::app::{AppKind, AppName};
use crate::domain::sighting::{Origin, Protocol, Sighting};
use crate::domain::time::Ts;

/// Two equal webhooks within this time are one event that was sent twice; later, the same words tell of a new grab.
const SAME_EVENT: Duration = Duration::from_mins(10);

/// What a webhook tells.
#[derive(Debug)]
pub enum Event {
    /// The person pressed "Test".
    Test,
    /// A grab.
    Grab(Box<Sighting>),
    /// Prowlarr made a grab: its webhook names neither the indexer's number nor whether it succeeded, so it is only a
    /// reason to read its history now.
    LookAtProwlarr,
    /// Anything else, with a name from a closed list for counting.
    Other(&'static str),
}

impl Event {
    /// The name for metrics and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Grab(_) | Self::LookAtProwlarr => "grab",
            Self::Other(name) => name,
        }
    }
}

/// The body is no webhook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It is not JSON, or nested too deep.
    #[error("the body is not JSON")]
    NotJson,
    /// It is JSON, but no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
}

/// Events that the apps are known to send, in lower case, so that a metric's label is bounded.
const KNOWN_EVENTS: [&str; 12] = [
    "download",
    "rename",
    "health",
    "healthrestored",
    "applicationupdate",
    "manualinteractionrequired",
    "moviedelete",
    "seriesdelete",
    "episodefiledelete",
    "moviefiledelete",
    "downloadfailure",
    "importfailure",
];

/// Reads a webhook of this app that came in at `now`.
pub fn read(app: &AppName, kind: AppKind, body: &[u8], now: Ts) -> Result<Event, WebhookError> {
    let json: Value = serde_json::from_slice(body).map_err(|_| WebhookError::NotJson)?;
    let fields = json.as_object().ok_or(WebhookError::NotAnObject)?;
    // A note in the apps' source announces another spelling of events, so case does not count.
    let event = fields.get("eventType").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    Ok(match event.as_str() {
        "test" => Event::Test,
        "grab" if kind == AppKind::Prowlarr => Event::LookAtProwlarr,
        "grab" => Event::Grab(Box::new(grab(app, kind, &json, now))),
        other => Event::Other(KNOWN_EVENTS.into_iter().find(|known| *known == other).unwrap_or("other")),
    })
}

/// What a body tells of the app that sent it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sender {
    /// The name that the app has for itself, if it can be the name of one.
    pub instance: Option<AppName>,
    /// The kinds of app that send such bodies; empty: it cannot be told.
    pub kinds: &'static [AppKind],
}

/// Reads who sent a webhook, for apps that share a secret. It proves nothing.
pub fn sender(body: &[u8]) -> Sender {
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return Sender::default() };
    let instance =
        json.get("instanceName").and_then(Value::as_str).and_then(|name| AppName::parse(name).ok());
    let subjects: [(&str, &'static [AppKind]); 4] = [
        ("movie", &[AppKind::Radarr, AppKind::Whisparr]),
        ("series", &[AppKind::Sonarr, AppKind::Whisparr]),
        ("artist", &[AppKind::Lidarr]),
        ("author", &[AppKind::Readarr]),
    ];
    let subject = subjects.into_iter().find(|(subject, _)| json.get(subject).is_some());
    Sender { instance, kinds: subject.map_or(&[], |(_, kinds)| kinds) }
}

fn grab(app: &AppName, kind: AppKind, json: &Value, now: Ts) -> Sighting {
    let release = json.get("release").unwrap_or(&Value::Null);
    let string = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).and_then(text);
    let download_id = string(json, "downloadId");
    let title = string(release, "releaseTitle").or_else(|| subject_title(json));
    let indexer = string(release, "indexer");
    let size_bytes = release.get("size").and_then(whole_number).filter(|size| *size > 0);
    Sighting {
        app: app.clone(),
        kind,
        origin: Origin::Webhook,
        origin_key: origin_key(json, download_id.as_deref(), title.as_deref(), indexer.as_deref(), now),
        grabbed_at: now,
        title: title.unwrap_or_else(|| UNTITLED.to_owned()),
        indexer,
        prowlarr_indexer_id: None,
        download_id,
        infohash: None,
        protocol: Protocol::Unknown,
        size_bytes,
        link: None,
        requester: None,
        release_hash: None,
    }
}

/// Old versions send no release; the film's or series' name is better than nothing.
fn subject_title(json: &Value) -> Option<String> {
    ["movie", "series", "artist", "author"]
        .into_iter()
        .filter_map(|subject| json.get(subject))
        .find_map(|subject| subject.get("title").or_else(|| subject.get("name")))
        .and_then(Value::as_str)
        .and_then(text)
}

fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The same event sent again has the same key, whatever the order of its fields; so has nothing else.
fn origin_key(json: &Value, id: Option<&str>, title: Option<&str>, indexer: Option<&str>, now: Ts) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    part(id.unwrap_or_default().to_uppercase().as_bytes());
    part(title.unwrap_or_default().as_bytes());
    part(indexer.unwrap_or_default().as_bytes());
    for subject in ["movie", "series", "artist", "author"] {
        let number = json.get(subject).and_then(|subject| subject.get("id")).and_then(Value::as_i64);
        part(&number.unwrap_or_default().to_be_bytes());
    }
    let span = now.millis() / i64::try_from(SAME_EVENT.as_millis()).unwrap_or(i64::MAX);
    part(&span.to_be_bytes());
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts::from_millis(1_800_000_000_000);

    fn read_as(kind: AppKind, body: &str) -> Result<Event, WebhookError> {
        read(&AppName::parse("app").unwrap(), kind, body.as_bytes(), NOW)
    }

    fn grab_of(body: &str) -> Sighting {
        match read_as(AppKind::Radarr, body).unwrap() {
            Event::Grab(sighting) => *sighting,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_grab_is_read_with_what_it_tells() {
        let body = r#"{"movie":{"id":42,"title":"Film"},"release":{"releaseTitle":"Film.2021-GRP",
            "indexer":"Alpha (Prowlarr)","size":123},"downloadId":"ABC","eventType":"Grab","instanceName":"x"}"#;
        let sighting = grab_of(body);
        assert_eq!(sighting.title, "Film.2021-GRP");
        assert_eq!(sighting.indexer.as_deref(), Some("Alpha (Prowlarr)"));
        assert_eq!(sighting.size_bytes, Some(123));
        assert_eq!(sighting.download_id.as_deref(), Some("ABC"));
    }

    #[test]
    fn the_same_event_with_its_fields_in_another_order_has_the_same_key() {
        let one =
            grab_of(r#"{"eventType":"Grab","downloadId":"a","release":{"releaseTitle":"T","indexer":"I"}}"#);
        let two =
            grab_of(r#"{"release":{"indexer":"I","releaseTitle":"T"},"downloadId":"A","eventType":"grab"}"#);
        assert_eq!(one.origin_key, two.origin_key);
        let other =
            grab_of(r#"{"eventType":"Grab","downloadId":"a","release":{"releaseTitle":"U","indexer":"I"}}"#);
        assert_ne!(one.origin_key, other.origin_key);
    }

    #[test]
    fn a_grab_without_release_takes_the_subjects_name() {
        assert_eq!(grab_of(r#"{"eventType":"Grab","movie":{"title":"Film"}}"#).title, "Film");
        assert_eq!(grab_of(r#"{"eventType":"Grab"}"#).title, UNTITLED);
    }

    #[test]
    fn fields_of_a_wrong_type_are_as_if_absent() {
        let sighting = grab_of(r#"{"eventType":"Grab","release":[1],"downloadId":7,"movie":"x"}"#);
        assert_eq!((sighting.title.as_str(), sighting.download_id), (UNTITLED, None));
    }

    #[test]
    fn unknown_events_are_accepted_and_counted_under_one_name() {
        for (body, name) in [
            (r#"{"eventType":"Test"}"#, "test"),
            (r#"{"eventType":"ApplicationUpdate"}"#, "applicationupdate"),
            (r#"{"eventType":"Brand new"}"#, "other"),
            (r#"{"eventType":7}"#, "other"),
            ("{}", "other"),
        ] {
            assert_eq!(read_as(AppKind::Sonarr, body).unwrap().name(), name);
        }
    }

    #[test]
    fn what_is_no_webhook_is_refused() {
        assert_eq!(read_as(AppKind::Radarr, "<xml/>").unwrap_err(), WebhookError::NotJson);
        assert_eq!(read_as(AppKind::Radarr, "[]").unwrap_err(), WebhookError::NotAnObject);
        assert_eq!(read_as(AppKind::Radarr, &"[".repeat(100_000)).unwrap_err(), WebhookError::NotJson);
    }

    #[test]
    fn a_webhook_of_prowlarr_is_only_a_reason_to_look() {
        assert!(matches!(read_as(AppKind::Prowlarr, r#"{"eventType":"Grab"}"#), Ok(Event::LookAtProwlarr)));
    }
}
