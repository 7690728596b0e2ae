//! One layer of settings: what one source gives, by key, before it is checked. These types hold secrets as text, so
//! none has `Debug`.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Findings, Place, Problem, ValueOrigin};
use super::key::{Key, Kind};
use super::key_path::KeyPath;
use super::scalar::{ScalarRefusal, Style, check};
use super::value::Value;

/// What was written for a key.
pub(super) enum Raw {
    /// One value.
    Scalar(String, Style),
    /// Several, each with its place.
    List(Vec<(String, Style, Place)>),
    /// The key without a value.
    Null,
}

/// A written value and where it stands.
pub(super) struct Given {
    pub(super) raw: Raw,
    pub(super) place: Place,
}

/// Everything that one source gives.
#[derive(Default)]
pub(super) struct Layer {
    pub(super) values: BTreeMap<KeyPath, Given>,
    /// Where each section, or entry of a section that is a list, begins.
    pub(super) heads: BTreeMap<(&'static str, Option<usize>), Place>,
    /// The sections that are lists and are given here, even if empty.
    pub(super) lists: BTreeSet<&'static str>,
}

/// A value that passed its check.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) value: Value,
    /// As `config show` prints it; a secret is masked.
    pub(super) shown: Vec<String>,
    pub(super) origin: ValueOrigin,
}

impl Given {
    /// Checks it. `None` if it is refused, which is then among the findings, or if it is no value.
    pub(super) fn check(&self, path: KeyPath, key: &'static Key, findings: &mut Findings) -> Option<Checked> {
        let mut refuse = |place: &Place, text: &str, refusal: ScalarRefusal| {
            findings.add(place, path.to_string(), refusal.into_problem(key, text));
        };
        let (value, shown) = match (&self.raw, key.kind) {
            (Raw::Null, _) => {
                if key.required || key.default.is_some() {
                    findings.add(&self.place, path.to_string(), Problem::NoValue(key));
                }
                return None;
            }
            (Raw::List(items), Kind::List(kind)) => {
                let mut values = Vec::new();
                for (text, style, place) in items {
                    match check(kind, key.unit, text, *style) {
                        Ok(value) => values.push(value),
                        Err(refusal) => refuse(place, text, refusal),
                    }
                }
                if values.len() < items.len() {
                    return None;
                }
                let shown = values.iter().zip(items).map(|(value, (text, ..))| show(value, text)).collect();
                (Value::List(values), shown)
            }
            (Raw::Scalar(text, style), kind) => match check(&kind, key.unit, text, *style) {
                Ok(value) => {
                    let shown = show(&value, text);
                    (value, vec![shown])
                }
                Err(refusal) => {
                    refuse(&self.place, text, refusal);
                    return None;
                }
            },
            (Raw::List(_), _) => return None,
        };
        Some(Checked { value, shown, origin: self.place.origin.clone() })
    }
}

/// A value as `config show` prints it.
fn show(value: &Value, text: &str) -> String {
    match value {
        Value::Secret(_) => super::excerpt::MASK.to_owned(),
        Value::Url(url) => url.to_string(),
        Value::Text(text) => text.clone(),
        Value::AppName(name) => name.to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        _ => text.to_owned(),
    }
}

/// Splits a comma-separated list, as the environment and the defaults write one.
pub(super) fn split_list(text: &str, place: &Place) -> Raw {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Raw::List(items.map(|item| (item.to_owned(), Style::Bare, place.clone())).collect())
}

/// What a source without YAML's types gives for a key.
pub(super) fn bare(key: &Key, text: &str, place: Place) -> Given {
    let raw = match key.kind {
        Kind::List(_) => split_list(text, &place),
        _ => Raw::Scalar(text.to_owned(), Style::Bare),
    };
    Given { raw, place }
}
