//! Settings that make sense only together: a half of them would look like a protection, or open a door, without
//! anybody having meant it. Must not know: layers, or where a value was written.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use super::finding::{Findings, Place, Problem};
use super::key_path::KeyPath;
use super::layer::Checked;
use super::value::Value;

/// A webhook's secret with fewer characters can be guessed.
const FEWEST_SECRET_CHARS: usize = 16;

fn trusts_everybody(proxies: &Value) -> bool {
    let Value::List(ranges) = proxies else { return false };
    ranges.iter().any(|range| matches!(range, Value::Range(range) if range.is_everybody()))
}

/// Reports what is given without what it needs.
pub(super) fn report(values: &BTreeMap<KeyPath, Checked>, findings: &mut Findings) {
    let path = |section, key| KeyPath { section, index: None, key };
    let is_empty = |path: &KeyPath| match values.get(path) {
        Some(checked) => matches!(&checked.value, Value::List(items) if items.is_empty()),
        None => true,
    };
    let mut add = |path: KeyPath, checked: &Checked, problem| {
        let place = Place { origin: checked.origin.clone(), span: None };
        findings.add(&place, path.to_string(), problem);
    };
    let header = path("auth", "proxy_header");
    if let Some(given) = values.get(&header) {
        // Without proxies anybody's word would be taken; without names nobody's.
        for (section, key, other) in [
            ("server", "trusted_proxies", "server.trusted_proxies"),
            ("auth", "proxy_users", "auth.proxy_users"),
        ] {
            if is_empty(&path(section, key)) {
                add(header, given, Problem::Needs { other });
            }
        }
    }
    let proxies = path("server", "trusted_proxies");
    if let (Some(_), Some(given)) = (values.get(&header), values.get(&proxies))
        && trusts_everybody(&given.value)
    {
        // Anybody's header would sign anybody in.
        add(proxies, given, Problem::TrustsEverybody);
    }
    for (key, given) in values.iter().filter(|(key, _)| key.key == "webhook_secret") {
        let Value::Secret(secret) = &given.value else { continue };
        if secret.expose_secret().trim().chars().count() < FEWEST_SECRET_CHARS {
            add(*key, given, Problem::SecretTooShort { least: FEWEST_SECRET_CHARS });
        }
    }
    let users = path("oidc", "users");
    if let (Some(given), Some(key)) = (values.get(&users), users.declared())
        && is_empty(&users)
    {
        add(users, given, Problem::NoValue(key));
    }
}
