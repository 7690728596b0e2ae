//! Findings as sentences: for people in their language, with the line of the file; for programs as JSON.
//!
//! Owns: the wording's arguments and the drawing. Must not know: how findings are made.

use annotate_snippets::{AnnotationKind, Group, Level, Origin as Heading, Renderer, Snippet};
use serde_json::{Value as Json, json};

use super::describe::accepts;
use super::finding::{Finding, Findings, Problem, ValueOrigin};
use super::key::Key;
use crate::ops::text::{Arg, Lang};

/// Everything that is wrong with the settings.
#[derive(Debug, Clone)]
pub struct Report {
    /// The findings, in the order of the file, then those of other sources; at most a hundred.
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub more: usize,
}

impl Report {
    pub(super) fn new(findings: Findings, source: &str) -> Self {
        let (findings, more) = findings.finish(source);
        Self { findings, more }
    }

    /// Every finding with its line, then a sentence that counts them.
    pub fn render(&self, lang: Lang) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&finding.render(lang));
            text.push_str("\n\n");
        }
        let count = Arg::from(self.findings.len() + self.more);
        text.push_str(&lang.text("config-report-count", &[("count", count)]));
        if self.more > 0 {
            text.push(' ');
            text.push_str(&lang.text("config-report-more", &[("count", Arg::from(self.more))]));
        }
        text.push('\n');
        text
    }

    /// The same as data: `{"ok": false, "findings": […], "more": 0}`.
    pub fn to_json(&self, lang: Lang) -> Json {
        let findings: Vec<Json> = self.findings.iter().map(|finding| finding.to_json(lang)).collect();
        json!({ "ok": false, "findings": findings, "more": self.more })
    }
}

impl ValueOrigin {
    /// The origin for a person.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Default => lang.text("config-origin-default", &[]),
            Self::Database => lang.text("config-origin-database", &[]),
            other => other.to_string(),
        }
    }
}

impl Finding {
    /// What is wrong, in one sentence.
    pub fn message(&self, lang: Lang) -> String {
        let mut args = vec![("key", Arg::Text(&self.key))];
        let character;
        match &self.problem {
            Problem::WrongValue { found: Some(found), .. } | Problem::OutOfRange { found, .. } => {
                args.push(("found", Arg::Text(found)));
            }
            Problem::DuplicateKey { first_line } => args.push(("line", Arg::from(*first_line))),
            Problem::SecretTooShort { least } => args.push(("least", Arg::from(*least))),
            Problem::Needs { other } => args.push(("other", Arg::Text(other))),
            Problem::DuplicateApp { first } => args.push(("first", Arg::Text(first))),
            Problem::ControlCharacter(found) => {
                character = format!("U+{:04X}", u32::from(*found));
                args.push(("character", Arg::Text(&character)));
            }
            _ => {}
        }
        lang.text(&format!("config-problem-{}", self.problem.code()), &args)
    }

    /// What is expected in its place, if there is one answer.
    pub fn expected(&self, lang: Lang) -> Option<String> {
        self.problem.key().map(|key| accepts(key, lang))
    }

    /// What to do about it, one sentence each.
    pub fn help(&self, lang: Lang) -> Vec<String> {
        let mut help = Vec::new();
        if let Problem::WrongValue { hint: Some(hint), .. } = &self.problem {
            help.push(lang.text(&format!("config-hint-{}", hint.as_str()), &[]));
        }
        if let Some(nearest) = self.problem.nearest() {
            help.push(lang.text("config-nearest", &[("nearest", Arg::Text(nearest))]));
        }
        help
    }

    fn render(&self, lang: Lang) -> String {
        let (message, help) = (self.message(lang), self.help(lang));
        let expected = self
            .expected(lang)
            .map(|accepted| lang.text("config-expected", &[("accepted", Arg::Text(&accepted))]));
        let origin = self.heading(lang);
        let error = lang.text("config-level-error", &[]);
        let help_name = lang.text("config-level-help", &[]);

        let mut group =
            Group::with_title(Level::ERROR.with_name(error.as_str()).primary_title(message.as_str()));
        let mut notes = Vec::new();
        let place = match &self.origin {
            ValueOrigin::File { line, .. } if *line > 0 => self.origin.to_string(),
            _ => origin.clone(),
        };
        if let (ValueOrigin::File { line, .. }, Some(excerpt)) = (&self.origin, &self.excerpt) {
            let mark = AnnotationKind::Primary.span(excerpt.span.clone()).label(expected.as_deref());
            let snippet = Snippet::source(excerpt.text.as_str()).path(origin.as_str()).line_start(*line);
            group = group.element(snippet.annotation(mark));
        } else {
            group = group.element(Heading::path(place.as_str()));
            notes.extend(expected);
        }
        notes.extend(help);
        let level = Level::HELP.with_name(help_name.as_str());
        let notes = notes.iter().map(|note| level.clone().message(note.as_str()));
        Renderer::plain().render(&[group.elements(notes)])
    }

    fn heading(&self, lang: Lang) -> String {
        match &self.origin {
            ValueOrigin::File { name, .. } => name.to_string(),
            other => other.text(lang),
        }
    }

    fn to_json(&self, lang: Lang) -> Json {
        let (line, column) = match &self.origin {
            ValueOrigin::File { line, column, .. } if *line > 0 => (Some(*line), Some(*column)),
            _ => (None, None),
        };
        let source = match &self.origin {
            ValueOrigin::File { name, .. } => name.to_string(),
            other => other.to_string(),
        };
        json!({
            "source": source,
            "line": line,
            "column": column,
            "key": self.key,
            "code": self.problem.code(),
            "message": self.message(lang),
            "expected": self.expected(lang),
            "found": self.problem.found(),
            "suggestion": self.problem.nearest(),
            "help": self.help(lang),
        })
    }
}

impl Problem {
    fn key(&self) -> Option<&'static Key> {
        match self {
            Self::NoValue(key)
            | Self::Missing(key)
            | Self::WrongValue { key, .. }
            | Self::OutOfRange { key, .. } => Some(key),
            _ => None,
        }
    }

    fn found(&self) -> Option<&str> {
        match self {
            Self::WrongValue { found, .. } => found.as_deref(),
            Self::OutOfRange { found, .. } => Some(found),
            _ => None,
        }
    }

    fn nearest(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { nearest } | Self::UnknownVariable { nearest } => nearest.as_deref(),
            Self::WrongValue { nearest, .. } => *nearest,
            _ => None,
        }
    }
}
