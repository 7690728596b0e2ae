//! Where every effective value came from, and how it may be shown.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::finding::ValueOrigin;
use super::key::{Key, Kind, Presence};
use super::key_path::{KeyPath, SECTIONS};
use super::layer::Checked;

/// One setting as `config show` and the settings page list it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its path, such as `apps[0].url`.
    pub path: KeyPath,
    /// What was declared.
    pub key: &'static Key,
    /// Its value, or several if it is a list; `None` if it is not set. Secrets are masked.
    pub value: Option<Vec<String>>,
    /// Where it came from.
    pub origin: ValueOrigin,
}

/// Every setting with its value and origin, in the order of the documents.
#[derive(Debug, Clone)]
pub struct Provenance(Vec<Shown>);

impl Provenance {
    pub(super) fn new(values: &BTreeMap<KeyPath, Checked>, app_count: usize) -> Self {
        let mut all = Vec::new();
        for section in SECTIONS {
            let indexes = match section.presence {
                Presence::List => (0..app_count).map(Some).collect(),
                _ => vec![None],
            };
            for index in indexes {
                all.extend(section.keys.iter().map(|key| {
                    let path = KeyPath { section: section.name, index, key: key.name };
                    let checked = values.get(&path);
                    Shown {
                        path,
                        key,
                        value: checked.map(|checked| checked.shown.clone()),
                        origin: checked.map_or(ValueOrigin::Default, |checked| checked.origin.clone()),
                    }
                }));
            }
        }
        Self(all)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Shown> {
        self.0.iter()
    }

    /// The one with this path, such as `server.port`.
    pub fn get(&self, path: &str) -> Option<&Shown> {
        let path = KeyPath::parse(path)?;
        self.0.iter().find(|shown| shown.path == path)
    }
}

impl Shown {
    /// Whether the file or the environment fixes it, so that the pages cannot change it.
    pub fn is_locked(&self) -> bool {
        !matches!(self.origin, ValueOrigin::Default | ValueOrigin::Database)
    }

    /// The value as JSON: booleans, numbers and lists as such.
    pub fn json(&self) -> Json {
        let Some(value) = &self.value else { return Json::Null };
        let scalar = |text: &String| match self.key.kind {
            Kind::Boolean | Kind::Integer(..) | Kind::Decimal(..) => {
                serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone()))
            }
            _ => Json::String(text.clone()),
        };
        match self.key.kind {
            Kind::List(_) => Json::Array(value.iter().map(scalar).collect()),
            _ => value.first().map_or(Json::Null, scalar),
        }
    }
}
