//! The commented default settings file, made from the table of keys.

use super::describe::{accepts, key_id};
use super::env::variable;
use super::key::{Key, Kind, Presence, Section};
use super::key_path::SECTIONS;
use crate::ops::text::{Arg, Lang};

const WIDTH: usize = 100;

/// The file: every section and key with its meaning, each value commented out.
pub fn default_file(lang: Lang) -> String {
    let mut file = String::new();
    comment(&mut file, "", &lang.text("config-template-intro", &[]));
    for section in SECTIONS {
        file.push('\n');
        comment(&mut file, "", &lang.text(&format!("config-section-{}", section.name), &[]));
        file.extend([section.name, ":\n"]);
        for (at, key) in section.keys.iter().enumerate() {
            comment(&mut file, "  ", &about(section, key, lang));
            let dash = match section.presence {
                Presence::List if at == 0 => "- ",
                Presence::List => "  ",
                _ => "",
            };
            file.extend(["  #", dash, key.name, ": ", &sample(key), "\n"]);
        }
    }
    file
}

fn about(section: &Section, key: &Key, lang: Lang) -> String {
    let say = |id: &str, name, value: &str| lang.text(id, &[(name, Arg::Text(value))]);
    let mut text = vec![
        lang.text(&key_id(section.name, key.name), &[]),
        say("config-template-accepts", "accepted", &accepts(key, lang)),
    ];
    if key.required {
        text.push(lang.text("config-template-required", &[]));
    }
    match key.default {
        Some(default) if !default.is_empty() => text.push(say("config-template-default", "default", default)),
        _ => text.push(lang.text("config-template-example", &[])),
    }
    text.push(say("config-template-variable", "variable", &variable(section, key, None)));
    text.join(" ")
}

/// A value that the file accepts: the default, or the example.
fn sample(key: &Key) -> String {
    let text = key.default.filter(|text| !text.is_empty()).or(key.example).unwrap_or_default();
    match key.kind {
        Kind::Boolean | Kind::Integer(..) | Kind::Decimal(..) | Kind::Choice(_) => text.to_owned(),
        Kind::List(_) => format!("[\"{text}\"]"),
        _ => format!("\"{text}\""),
    }
}

/// Writes a comment, wrapped between words; no-break spaces keep what they bind together.
fn comment(file: &mut String, indent: &str, text: &str) {
    let mut length = 0;
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let word_length = word.chars().count() + 1;
        if length == 0 || length + word_length > WIDTH {
            if length > 0 {
                file.push('\n');
            }
            file.push_str(indent);
            file.push('#');
            length = indent.len() + 1;
        }
        file.push(' ');
        file.push_str(word);
        length += word_length;
    }
    file.push('\n');
}
