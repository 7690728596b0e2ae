//! What was saved in the database, as a layer of settings.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::finding::{Findings, Place, Problem, ValueOrigin};
use super::key::Kind;
use super::key_path::KeyPath;
use super::layer::{Given, Layer, Raw};
use super::scalar::Style;

/// Reads what was saved, by key path. A key that this version no longer knows is a finding, not silently lost.
pub(super) fn layer(saved: &BTreeMap<String, Json>, findings: &mut Findings) -> Layer {
    let mut layer = Layer::default();
    let place = Place { origin: ValueOrigin::Database, span: None };
    for (name, json) in saved {
        let Some((path, key)) = KeyPath::parse(name).and_then(|path| Some((path, path.declared()?))) else {
            let name = crate::domain::text::clean(name, 80);
            findings.add(&place, name, Problem::UnknownKey { nearest: None });
            continue;
        };
        let raw = match (json, key.kind) {
            (Json::Null, _) => Raw::Null,
            (Json::Array(items), Kind::List(_)) => {
                Raw::List(items.iter().map(|item| (text(item), Style::Bare, place.clone())).collect())
            }
            (_, Kind::List(_)) => {
                findings.add(&place, path.to_string(), Problem::ExpectedList);
                continue;
            }
            (Json::Array(_) | Json::Object(_), _) => {
                findings.add(&place, path.to_string(), Problem::ExpectedValue);
                continue;
            }
            _ => Raw::Scalar(text(json), Style::Bare),
        };
        layer.heads.insert((path.section, path.index), place.clone());
        if path.index.is_some() {
            layer.lists.insert(path.section);
        }
        layer.values.insert(path, Given { raw, place: place.clone() });
    }
    layer
}

fn text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
