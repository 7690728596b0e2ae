//! What a key accepts, in words; shared by the report, the default file and the reference.

use super::key::{Key, Kind, Unit};
use crate::ops::text::{Arg, Lang};

/// The id of a key's sentence in the catalogues.
pub fn key_id(section: &str, key: &str) -> String {
    format!("config-key-{section}-{key}").replace('_', "-")
}

/// What the key accepts: `a whole number from 1 to 65535`.
pub fn accepts(key: &Key, lang: Lang) -> String {
    let accepted = kind(&key.kind, lang);
    match unit_id(key.unit) {
        None => accepted,
        Some(id) => lang.text(
            "config-accepts-in-unit",
            &[("accepted", Arg::Text(&accepted)), ("unit", Arg::Text(&lang.text(id, &[])))],
        ),
    }
}

fn kind(kind: &Kind, lang: Lang) -> String {
    let say = |id: &str, args: &[(&str, Arg)]| lang.text(&format!("config-accepts-{id}"), args);
    let between = |id, min: &str, max: &str| say(id, &[("min", Arg::Text(min)), ("max", Arg::Text(max))]);
    match kind {
        Kind::Boolean => say("boolean", &[]),
        Kind::Integer(min, max) => between("integer", &min.to_string(), &max.to_string()),
        Kind::Decimal(min, max) => between("decimal", &min.to_string(), &max.to_string()),
        Kind::Text(longest) => say("text", &[("longest", Arg::from(*longest))]),
        Kind::Choice(words) => say("choice", &[("words", Arg::Text(&words.join(", ")))]),
        Kind::Secret => say("secret", &[]),
        Kind::Password => say("password", &[]),
        Kind::DatabaseUrl => say("database-url", &[]),
        Kind::HttpUrl => say("http-url", &[]),
        Kind::IpAddress => say("ip-address", &[]),
        Kind::UrlBase => say("url-base", &[]),
        Kind::HostName => say("host-name", &[]),
        Kind::HeaderName => say("header-name", &[]),
        Kind::IpRange => say("ip-range", &[]),
        Kind::Origin => say("origin", &[]),
        Kind::Path => say("path", &[]),
        Kind::AppName => say("app-name", &[]),
        Kind::List(item) => say("list", &[("item", Arg::Text(&self::kind(item, lang)))]),
    }
}

const fn unit_id(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::None => None,
        Unit::Seconds => Some("config-unit-seconds"),
        Unit::Hours => Some("config-unit-hours"),
        Unit::Days => Some("config-unit-days"),
        Unit::Megabytes => Some("config-unit-megabytes"),
    }
}
