//! One record of the log, as text and as JSON.
//!
//! Owns: the two forms, and that a record is one line without control characters whatever its values hold (C59).
//! Must not know where values come from: they arrive redacted.

use std::fmt::Write as _;

use tracing::Level;

use crate::domain::time::Ts;

/// The longest text that a record takes from a value, in characters.
pub(super) const LONGEST_TEXT_CHARS: usize = 4_096;

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Float(f64),
    Flag(bool),
}

impl Value {
    /// The value as text, as the text form shows it.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
        }
    }
}

/// One record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) ts: Ts,
    pub(super) level: Level,
    pub(super) event: &'a str,
    pub(super) message: &'a str,
    pub(super) target: &'a str,
    pub(super) fields: &'a [(&'static str, Value)],
}

impl Record<'_> {
    /// For people: moment, level, event, sentence, then the fields.
    pub(super) fn to_text(&self) -> String {
        let mut line = format!("{} {:<5} ", self.ts, self.level.as_str());
        escape_into(&mut line, self.event);
        line.push_str("  ");
        escape_into(&mut line, self.message);
        let mut separator = "  ";
        for (name, value) in self.fields {
            let value = value.plain();
            line.push_str(separator);
            let _ = write!(line, "{name}=");
            if value.is_empty() || value.contains([' ', '"', '=']) {
                line.push('"');
                escape_into(&mut line, &value.replace('\\', "\\\\").replace('"', "\\\""));
                line.push('"');
            } else {
                escape_into(&mut line, &value);
            }
            separator = " ";
        }
        line
    }

    /// For programs: one JSON object, the fixed keys first.
    pub(super) fn to_json(&self) -> String {
        let ts = self.ts.to_string();
        let level = self.level.as_str().to_ascii_lowercase();
        let fixed = [
            ("ts", ts.as_str()),
            ("level", &level),
            ("event", self.event),
            ("msg", self.message),
            ("target", self.target),
        ];
        let mut object = String::from("{");
        for (key, value) in fixed {
            let _ = write!(object, "\"{key}\":{},", serde_json::Value::from(value));
        }
        for (name, value) in self.fields {
            // A field must not replace one of the fixed keys.
            let mark = if fixed.iter().any(|(key, _)| key == name) { "_" } else { "" };
            let _ = write!(object, "\"{name}{mark}\":{},", value.json());
        }
        object.pop();
        object.push('}');
        // JSON lets DEL, the C1 controls and the marks of direction through as they are; terminals obey them.
        let mut line = String::with_capacity(object.len());
        for c in object.chars() {
            if is_unsafe(c) {
                let _ = write!(line, "\\u{:04x}", u32::from(c));
            } else {
                line.push(c);
            }
        }
        line
    }
}

fn escape_into(line: &mut String, text: &str) {
    for c in text.chars() {
        if is_unsafe(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
}

/// Whether a character could end the line, move the cursor or turn the direction of writing. All of them are in the
/// basic plane, so that one `\uXXXX` writes each.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record<'a>(event: &'a str, message: &'a str, fields: &'a [(&'static str, Value)]) -> Record<'a> {
        Record {
            ts: Ts::from_millis(1_795_366_902_123),
            level: Level::INFO,
            event,
            message,
            target: "t",
            fields,
        }
    }

    #[test]
    fn the_text_form_reads_as_a_sentence_with_its_facts() {
        let fields = [("grab", Value::Number(12)), ("title", Value::Text("a b".into()))];
        assert_eq!(
            record("grab.ready", "Le grab 12 est prêt.", &fields).to_text(),
            r#"2026-11-22T17:01:42.123Z INFO  grab.ready  Le grab 12 est prêt.  grab=12 title="a b""#
        );
    }

    #[test]
    fn the_json_form_keeps_types_and_its_fixed_keys() {
        let fields =
            [("grab", Value::Number(12)), ("ok", Value::Flag(true)), ("msg", Value::Text("x".into()))];
        assert_eq!(
            record("grab.ready", "Prêt.", &fields).to_json(),
            r#"{"ts":"2026-11-22T17:01:42.123Z","level":"info","event":"grab.ready","msg":"Prêt.","target":"t","grab":12,"ok":true,"msg_":"x"}"#
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_line_or_reaches_the_terminal(text in any::<String>(), escape in "[\\n\\r\\x1b\\u{9b}\\u{2028}\\u{202e}]{1,3}") {
            let value = format!("{text}{escape}{text}");
            let fields = [("title", Value::Text(value.clone()))];
            for line in [record("a.b", &value, &fields).to_text(), record("a.b", &value, &fields).to_json()] {
                prop_assert!(!line.chars().any(is_unsafe), "{line:?}");
            }
            let json: serde_json::Value = serde_json::from_str(&record("a.b", &value, &fields).to_json()).unwrap();
            prop_assert_eq!(json["title"].as_str(), Some(value.as_str()));
        }
    }
}
