//! The reference of all settings as a Markdown page, made from the table of keys.

use super::describe::{accepts, key_id};
use super::env::variable;
use super::key::{Key, Section};
use super::key_path::SECTIONS;
use crate::ops::text::Lang;

/// The page.
pub fn reference(lang: Lang) -> String {
    let say = |id: &str| lang.text(&format!("config-reference-{id}"), &[]);
    let mut page = format!("# {}\n\n{}\n", say("title"), say("intro"));
    let columns = ["key", "meaning", "accepts", "default", "variable"].map(say);
    for section in SECTIONS {
        let about = lang.text(&format!("config-section-{}", section.name), &[]);
        page.extend(["\n## `", section.name, "`\n\n", &about, "\n\n"]);
        page.extend(["| ", &columns.join(" | "), " |\n|---|---|---|---|---|\n"]);
        page.extend(section.keys.iter().map(|key| row(section, key, lang)));
    }
    page
}

fn row(section: &Section, key: &Key, lang: Lang) -> String {
    let say = |id: &str| lang.text(&format!("config-reference-{id}"), &[]);
    let default = match key.default {
        Some("") => say("empty"),
        Some(text) => format!("`{text}`"),
        None if key.required => say("required"),
        None => say("none"),
    };
    let mut variables = format!("`{}`", variable(section, key, None));
    if let Some(short) = key.short_variable {
        variables.extend([", `", short, "`"]);
    }
    let meaning = lang.text(&key_id(section.name, key.name), &[]);
    let cells = [format!("`{}`", key.name), meaning, accepts(key, lang), default, variables];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}
