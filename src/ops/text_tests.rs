use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::*;
use crate::domain::reason::Reason;

/// Fields that a record takes from the span around it.
const SPAN_FIELDS: [&str; 2] = ["grab", "request_id"];

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// The sentences of a catalogue: id and source, selectors included.
fn sentences(source: &str) -> Vec<(String, String)> {
    let begins = pattern(r"^(-?[a-zA-Z][\w-]*) *=(.*)$");
    let mut sentences: Vec<(String, String)> = Vec::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some(found) = begins.captures(line) {
            sentences.push((found[1].to_owned(), found[2].to_owned()));
        } else if let Some((_, text)) = sentences.last_mut() {
            *text = format!("{text}\n{line}");
        }
    }
    sentences
}

fn all_sentences(lang: Lang) -> Vec<(String, String)> {
    catalogues(lang).iter().flat_map(|(_, source)| sentences(source)).collect()
}

/// Every id with its variables.
fn interface(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let variable = pattern(r"\$(\w[\w-]*)");
    let variables = |text: &str| variable.captures_iter(text).map(|found| found[1].to_owned()).collect();
    all_sentences(lang).into_iter().map(|(id, text)| (id, variables(&text))).collect()
}

/// The sources of the program without their tests.
fn program() -> String {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let is_test = |path: &Path| path.file_stem().unwrap().to_str().unwrap().ends_with("tests");
    let sources =
        files.into_iter().filter(|path| !is_test(path)).map(|path| fs::read_to_string(path).unwrap());
    let code = sources.map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
    pattern(r"(?m)^\s*//.*$").replace_all(&code.collect::<String>(), "").into_owned()
}

/// The ids of the sentences that events ask for, each with the rest of the call after the event's name.
fn logged(program: &str) -> Vec<(String, String)> {
    let event = pattern(r#"\bevent\s*=\s*"([a-z0-9-]+\.[a-z0-9.-]+)""#);
    let id = |name: &str| format!("log-{}", name.replace('.', "-"));
    event
        .captures_iter(program)
        .map(|found| (id(&found[1]), call_until_its_bracket(&program[found.get_match().end()..])))
        .collect()
}

fn call_until_its_bracket(text: &str) -> String {
    let mut open = 1;
    let inside = |c: &char| {
        open += i32::from(*c == '(') - i32::from(*c == ')');
        open > 0
    };
    text.chars().take_while(inside).collect()
}

#[test]
fn a_locale_names_its_language() {
    assert_eq!(Lang::parse("fr_FR.UTF-8"), Some(Lang::Fr));
    assert_eq!(Lang::parse("EN-gb"), Some(Lang::En));
    assert_eq!(Lang::parse("de"), None);
    assert_eq!(Lang::default(), Lang::Fr);
}

#[test]
fn an_unknown_sentence_is_its_id() {
    assert_eq!(Lang::En.text("no-such-sentence", &[]), "no-such-sentence");
    assert_eq!(Lang::En.find("no-such-sentence", &[]), None);
}

#[test]
fn a_sentence_is_filled_in_and_agrees_with_its_number() {
    let told =
        |lang: Lang, tasks: usize| lang.text("log-ops-stopped-with-work-left", &[("tasks", tasks.into())]);
    assert!(told(Lang::Fr, 1).contains("une tâche n’a pas fini"));
    assert!(told(Lang::En, 3).contains("3 tasks did not end"));
}

#[test]
fn every_catalogue_can_be_read_and_every_id_is_written_once() {
    for lang in Lang::ALL {
        let mut seen = BTreeSet::new();
        for (area, source) in catalogues(lang) {
            let errors = FluentResource::try_new((*source).to_owned()).map_err(|(_, errors)| errors).err();
            assert!(errors.is_none(), "locales/{lang}/{area}.ftl: {errors:?}");
            for (id, _) in sentences(source) {
                assert!(seen.insert(id.clone()), "locales/{lang}/{area}.ftl: `{id}` is written twice");
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_sentences_with_the_same_variables() {
    let (french, english) = (interface(Lang::Fr), interface(Lang::En));
    let ids: BTreeSet<_> = french.keys().chain(english.keys()).collect();
    let different: Vec<_> = ids.into_iter().filter(|id| french.get(*id) != english.get(*id)).collect();
    assert!(different.is_empty(), "not the same in both languages: {different:?}");
}

#[test]
fn every_event_has_its_sentence_and_every_sentence_its_event() {
    let program = program();
    let events: BTreeSet<String> = logged(&program).into_iter().map(|(id, _)| id).collect();
    let told: BTreeSet<String> =
        interface(Lang::Fr).into_keys().filter(|id| id.starts_with("log-")).collect();
    let silent: Vec<_> = events.difference(&told).collect();
    let unused: Vec<_> = told.difference(&events).collect();
    assert!(
        silent.is_empty() && unused.is_empty(),
        "without a sentence: {silent:?}; without an event: {unused:?}"
    );
}

#[test]
fn every_variable_of_a_sentence_is_a_field_of_its_event() {
    let french = interface(Lang::Fr);
    for (id, call) in logged(&program()) {
        for variable in french.get(&id).into_iter().flatten() {
            let given = call.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == variable);
            assert!(given || SPAN_FIELDS.contains(&variable.as_str()), "`{id}` needs `{variable}`");
        }
    }
}

#[test]
fn every_reason_has_its_sentence() {
    for reason in Reason::ALL {
        for lang in Lang::ALL {
            let id = format!("reason-{}", reason.code());
            assert!(format(lang, &id, &[]).is_some(), "`{id}` is not in {lang}");
        }
    }
}

/// The rules of French typography that a program can see.
struct Typography {
    /// Code, addresses and what Fluent itself needs: no prose.
    not_prose: Regex,
    rules: [(Regex, &'static str); 6],
}

impl Typography {
    fn new() -> Self {
        let rules = [
            ("'", "a straight apostrophe: write ’"),
            (r"\.\.\.", "three dots: write …"),
            (" [:;!?»]", "a plain space before a mark: write a no-break one"),
            ("« ", "a plain space after «: write a no-break one"),
            (r"[\p{L}\d)»][!?;»](\s|$)|[\p{L})»]:(\s|$)", "no space before a mark: write a no-break one"),
            ("\"", "straight quotes: write « »"),
        ];
        let not_prose = r#"`[^`]*`|https?://\S+|\{[^{}]*?->|\{ *"[^"]*" *\}|\{[^{}]*\}"#;
        Self { not_prose: pattern(not_prose), rules: rules.map(|(rule, fault)| (pattern(rule), fault)) }
    }

    /// What is wrong with a sentence.
    fn fault(&self, text: &str) -> Option<&'static str> {
        let prose = self.not_prose.replace_all(text, "x");
        self.rules.iter().find(|(rule, _)| rule.is_match(&prose)).map(|(_, fault)| *fault)
    }
}

#[test]
fn french_is_written_with_its_typography() {
    let typography = Typography::new();
    let faults: Vec<_> = all_sentences(Lang::Fr)
        .into_iter()
        .filter_map(|(id, text)| typography.fault(&text).map(|fault| format!("`{id}`: {fault}: {text}")))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn bad_typography_would_be_seen() {
    let typography = Typography::new();
    for text in ["l'app", "attendez...", "ici : là", "« là »", "ici: là", "quoi?", "dites \"oui\""] {
        assert!(typography.fault(text).is_some(), "{text}");
    }
    let right = "Arrêt\u{a0}: { $n ->\n [one] une\n *[other] { $n }\n } `a ? b` à 10:30.";
    assert_eq!(typography.fault(right), None);
}
