//! From an event of `tracing` to a record of the log.
//!
//! Owns: gathering the fields of an event and of its spans, redacting each value on its way in, and finding the
//! sentence for the event in the catalogue. Must not know where a record goes.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::record::{LONGEST_TEXT_CHARS, Record, Value};
use super::repeats::Repeats;
use super::sinks::{Format, Sinks};
use crate::ops::clock::Clock;
use crate::ops::metrics::Metrics;
use crate::ops::redact::Redactor;
use crate::ops::text::Arg;
use crate::ops::text::Lang;

/// The event of a record whose sentence came from a library.
const FOREIGN_EVENT: &str = "log.message";

/// How events begin that concern sign-ins, keys and feeds.
const SECURITY: [&str; 6] =
    ["auth.", "key.", "feed.created", "feed.revoked", "feed.rotated", "web.host-refused"];
/// The count of events that were not told one by one.
const REPEATED: &str = "log.repeated";

/// Makes records of events and hands them to the sinks.
#[derive(Debug)]
pub(super) struct RecordLayer {
    pub(super) format: Format,
    pub(super) lang: Lang,
    pub(super) clock: Clock,
    pub(super) redactor: Redactor,
    pub(super) metrics: Metrics,
    pub(super) repeats: Repeats,
    pub(super) sinks: Sinks,
}

/// The fields of a span, kept with it.
struct SpanFields(Vec<(&'static str, Value)>);

/// Gathers redacted fields.
struct Gather<'a> {
    redactor: &'a Redactor,
    fields: Vec<(&'static str, Value)>,
}

impl Gather<'_> {
    fn push(&mut self, field: &Field, value: Value) {
        self.fields.retain(|(name, _)| *name != field.name());
        self.fields.push((field.name(), value));
    }

    fn push_text(&mut self, field: &Field, text: &str) {
        // Redacted before it is cut, so that no secret is cut into something unrecognisable.
        let text = self.redactor.redact_field(field.name(), text);
        let text = match text.char_indices().nth(LONGEST_TEXT_CHARS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        };
        self.push(field, Value::Text(text));
    }
}

impl Visit for Gather<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push_text(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, Value::Number(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, Value::Number(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, Value::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, Value::Flag(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push_text(field, &format!("{value:?}"));
    }
}

impl RecordLayer {
    fn gather(&self, fields: Vec<(&'static str, Value)>) -> Gather<'_> {
        Gather { redactor: &self.redactor, fields }
    }

    /// The sentence of our own event, with the fields as its variables.
    fn sentence(&self, event: &str, fields: &[(&'static str, Value)]) -> String {
        let texts: Vec<String> = fields.iter().map(|(_, value)| value.plain()).collect();
        let args: Vec<(&str, Arg<'_>)> = fields
            .iter()
            .zip(&texts)
            .map(|((name, value), text)| match value {
                Value::Number(number) => (*name, Arg::Number(*number)),
                _ => (*name, Arg::Text(text)),
            })
            .collect();
        self.lang.find(&format!("log-{}", event.replace('.', "-")), &args).unwrap_or_default()
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for RecordLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut gather = self.gather(Vec::new());
        attributes.record(&mut gather);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(gather.fields));
        }
    }

    fn on_record(&self, id: &Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        let Some(SpanFields(fields)) = extensions.get_mut() else { return };
        let mut gather = self.gather(std::mem::take(fields));
        values.record(&mut gather);
        *fields = gather.fields;
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let level = *event.metadata().level();
        self.metrics.log_message(level);
        let mut inherited: Vec<(&'static str, Value)> = Vec::new();
        for span in
            context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(SpanFields(fields)) = span.extensions().get() {
                inherited.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
                inherited.extend(fields.iter().cloned());
            }
        }
        let mut gather = self.gather(Vec::new());
        event.record(&mut gather);
        let mut fields = gather.fields;
        inherited.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
        fields.extend(inherited);
        let message = take(&mut fields, "message");
        let name = take(&mut fields, "event").unwrap_or_else(|| FOREIGN_EVENT.to_owned());
        let now = self.clock.now();
        let address = fields.iter().find(|(name, _)| *name == "address").map(|(_, value)| value.plain());
        if !self.repeats.admit(now, level, &name, address.as_deref()) {
            return;
        }
        let message = message.unwrap_or_else(|| self.sentence(&name, &fields));
        let record = Record {
            ts: now,
            level,
            event: &name,
            message: &message,
            target: event.metadata().target(),
            fields: &fields,
        };
        let line = match self.format {
            Format::Text => record.to_text(),
            Format::Json => record.to_json(),
        };
        let kind = fields.iter().find(|(name, _)| *name == "kind").map(|(_, value)| value.plain());
        let is_of = |event: &str| SECURITY.iter().any(|prefix| event.starts_with(prefix));
        let is_security = is_of(&name) || (name == REPEATED && kind.as_deref().is_some_and(is_of));
        self.sinks.write(&line, is_security);
    }
}

fn take(fields: &mut Vec<(&'static str, Value)>, name: &str) -> Option<String> {
    let index = fields.iter().position(|(field, _)| *field == name)?;
    Some(fields.remove(index).1.plain())
}
