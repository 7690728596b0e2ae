//! Every declared key can be written in the file and in the environment, and comes back.

use grabfeed::config::env::variable;
use grabfeed::config::key::{Key, Kind, Presence, Section};
use grabfeed::config::key_path::SECTIONS;
use grabfeed::ops::text::Lang;

use super::{load_text, load_variables};

/// A valid value that is not the default.
fn other_value(key: &Key) -> String {
    match key.kind {
        Kind::Boolean => (key.default == Some("false")).to_string(),
        Kind::Integer(_, max) => max.to_string(),
        Kind::Decimal(_, max) => format!("{max:.1}"),
        Kind::Choice(words) => {
            (*words.iter().rev().find(|word| key.default != Some(word)).unwrap()).to_owned()
        }
        Kind::Text(_) => "Some text: with « signs »".to_owned(),
        Kind::IpAddress => "127.0.0.1".to_owned(),
        Kind::HttpUrl | Kind::List(Kind::HttpUrl) => "http://host:1234/base".to_owned(),
        _ => key.example.unwrap().to_owned(),
    }
}

/// What a key works only together with: section, key, value.
fn companions(section: &Section, key: &Key) -> &'static [(&'static str, &'static str, &'static str)] {
    match (section.name, key.name) {
        ("auth", "proxy_header") => {
            &[("auth", "proxy_users", "me"), ("server", "trusted_proxies", "10.0.0.1")]
        }
        _ => &[],
    }
}

/// A complete file in which `key` has `written`.
fn file(section: &Section, key: &Key, written: &str) -> String {
    let keys = section.keys.iter().filter(|other| other.required && other.name != key.name);
    let mut lines = vec![format!("{}: {written}", key.name)];
    lines.extend(keys.map(|key| format!("{}: {}", key.name, yaml(key, &other_value(key)))));
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        companions(section, key).iter().partition(|(other, ..)| *other == section.name);
    lines.extend(here.iter().map(|(_, key, value)| format!("{key}: [{value}]")));
    let dash = if section.presence == Presence::List { "- " } else { "  " };
    let elsewhere = elsewhere.iter().map(|(section, key, value)| format!("{section}:\n  {key}: [{value}]\n"));
    format!("{}:\n{dash}{}\n{}", section.name, lines.join("\n  "), elsewhere.collect::<String>())
}

fn yaml(key: &Key, value: &str) -> String {
    match key.kind {
        Kind::Boolean | Kind::Integer(..) | Kind::Decimal(..) => value.to_owned(),
        Kind::List(_) => format!("['{value}']"),
        _ => format!("'{value}'"),
    }
}

fn path(section: &Section, key: &Key) -> String {
    let index = if section.presence == Presence::List { "[0]" } else { "" };
    format!("{}{index}.{}", section.name, key.name)
}

fn expected(key: &Key, value: &str) -> Vec<String> {
    vec![if key.is_secret() { "********".to_owned() } else { value.to_owned() }]
}

#[test]
fn every_key_comes_back_from_the_file() {
    for section in SECTIONS {
        for key in section.keys {
            let value = other_value(key);
            let text = file(section, key, &yaml(key, &value));
            let loaded =
                load_text(&text).unwrap_or_else(|report| panic!("{text}\n{}", report.render(Lang::En)));
            let shown = loaded.provenance.get(&path(section, key)).unwrap();
            assert_eq!(shown.value, Some(expected(key, &value)), "{text}");
            assert!(shown.is_locked());
        }
    }
}

#[test]
fn every_key_comes_back_from_its_variable() {
    for section in SECTIONS {
        for key in section.keys {
            let value = other_value(key);
            let mut variables = vec![(variable(section, key, Some("0")), value.clone())];
            let others = section.keys.iter().filter(|other| other.required && other.name != key.name);
            variables.extend(others.map(|key| (variable(section, key, Some("0")), other_value(key))));
            variables.extend(companions(section, key).iter().map(|(section, key, value)| {
                (format!("GRABFEED__{section}__{key}").to_uppercase(), (*value).to_owned())
            }));
            let variables: Vec<_> =
                variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let loaded =
                load_variables(&variables).unwrap_or_else(|report| panic!("{}", report.render(Lang::En)));
            let shown = loaded.provenance.get(&path(section, key)).unwrap();
            assert_eq!(shown.value, Some(expected(key, &value)));
            assert_eq!(shown.origin.to_string(), format!("${}", variables[0].0));
        }
    }
}

#[test]
fn the_limits_of_every_number_are_inside_and_one_further_is_outside() {
    for section in SECTIONS {
        for key in section.keys {
            let Kind::Integer(min, max) = key.kind else { continue };
            for (value, accepted) in [(min - 1, false), (min, true), (max, true), (max + 1, false)] {
                let text = file(section, key, &value.to_string());
                assert_eq!(load_text(&text).is_ok(), accepted, "{text}");
            }
        }
    }
}

#[test]
fn every_default_is_what_the_documents_say() {
    let loaded = load_variables(&[]).unwrap();
    for section in SECTIONS.into_iter().filter(|section| section.presence == Presence::Always) {
        for key in section.keys {
            let shown = loaded.provenance.get(&path(section, key)).unwrap();
            let value = shown.value.as_ref().map(|items| items.join(","));
            assert_eq!(value.as_deref(), key.default, "{}.{}", section.name, key.name);
        }
    }
}
