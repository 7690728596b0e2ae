//! The JSON Schema (draft 2020-12) of the settings file, for editors, made from the table of keys.
//!
//! It says what a schema can say; `load` stays the judge.

use serde_json::{Map, Value as Json, json};

use super::describe::{accepts, key_id};
use super::key::{Key, Kind, Presence, Section};
use super::key_path::SECTIONS;
use crate::ops::text::Lang;

/// The schema, with descriptions in this language.
pub fn schema(lang: Lang) -> Json {
    let sections =
        SECTIONS.into_iter().map(|section| (section.name.to_owned(), section_schema(section, lang)));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "grabfeed settings.yml",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": sections.collect::<Map<_, _>>(),
    })
}

fn section_schema(section: &Section, lang: Lang) -> Json {
    let keys = section.keys.iter().map(|key| (key.name.to_owned(), key_schema(section, key, lang)));
    // A required secret often comes from the environment, which an editor cannot see.
    let is_required = |key: &&Key| key.required && !key.is_secret();
    let required: Vec<_> = section.keys.iter().filter(is_required).map(|key| key.name).collect();
    let is_list = section.presence == Presence::List;
    let mut object = json!({
        "type": if is_list { json!("object") } else { json!(["object", "null"]) },
        "additionalProperties": false,
        "properties": keys.collect::<Map<_, _>>(),
    });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    let description = lang.text(&format!("config-section-{}", section.name), &[]);
    if is_list {
        return json!({ "description": description, "type": ["array", "null"], "items": object });
    }
    object["description"] = json!(description);
    object
}

fn key_schema(section: &Section, key: &Key, lang: Lang) -> Json {
    let mut schema = kind_schema(&key.kind);
    let meaning = lang.text(&key_id(section.name, key.name), &[]);
    schema["description"] = json!(format!("{meaning} ({})", accepts(key, lang)));
    if let Some(default) = key.default {
        schema["default"] = default_value(key, default);
    }
    if key.is_secret() {
        schema["writeOnly"] = json!(true);
    }
    if let Some(example) = key.example.filter(|_| !matches!(key.kind, Kind::List(_) | Kind::Integer(..))) {
        schema["examples"] = json!([example]);
    }
    schema
}

fn kind_schema(kind: &Kind) -> Json {
    // A key of digits only is read as text, so the schema takes a number for it too.
    let text_or_digits = || json!({ "type": ["string", "integer"] });
    match kind {
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Decimal(min, max) => json!({ "type": "number", "minimum": min, "maximum": max }),
        Kind::Text(longest) => json!({ "type": "string", "maxLength": longest }),
        // `true` without quotes is a boolean for an editor and the word for us.
        Kind::Choice(words) if words.contains(&"true") => {
            let others: Vec<_> = words.iter().filter(|word| !matches!(**word, "true" | "false")).collect();
            json!({ "anyOf": [{ "type": "boolean" }, { "enum": others }] })
        }
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::HttpUrl => json!({ "type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://[^\\s?#@]+$" }),
        Kind::DatabaseUrl => {
            json!({ "type": "string", "pattern": "^(sqlite:|postgres://|postgresql://).+$" })
        }
        Kind::UrlBase => json!({ "type": "string", "pattern": "^(/[A-Za-z0-9._~-]+)*$" }),
        Kind::Origin => json!({ "type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+/?$" }),
        Kind::IpAddress => json!({ "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }], "type": "string" }),
        Kind::AppName => {
            json!({ "type": ["string", "integer"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" })
        }
        Kind::Secret | Kind::Password => text_or_digits(),
        Kind::HeaderName => json!({ "type": "string", "pattern": "^[A-Za-z0-9-]+$" }),
        Kind::HostName | Kind::IpRange | Kind::Path => json!({ "type": "string", "minLength": 1 }),
        Kind::List(item) => json!({ "type": "array", "items": kind_schema(item) }),
    }
}

fn default_value(key: &Key, default: &str) -> Json {
    match key.kind {
        Kind::List(_) => json!(default.split(',').filter(|item| !item.is_empty()).collect::<Vec<_>>()),
        Kind::Boolean | Kind::Integer(..) | Kind::Decimal(..) => {
            serde_json::from_str(default).unwrap_or_else(|_| json!(default))
        }
        _ => json!(default),
    }
}
