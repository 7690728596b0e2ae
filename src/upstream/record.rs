//! Reading the apps' JSON without trusting it (arr-apis traps 15–20).
//!
//! Every answer that matters is a flat object or a list of them, some with a flat `data` object inside. A [`Record`]
//! gives out their scalars as text whatever their JSON type, by key in any case, so that a null, a number for a
//! text, a text for a number or an unknown field never spoils an answer. Must not know: what any key means.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// One JSON object.
pub(super) struct Record(Map<String, Value>);

impl Record {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Object(fields) = value { Some(Self(fields)) } else { None }
    }

    /// A scalar as text; absent, null, empty and not a scalar are the same.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        scalar(get(&self.0, key)?)
    }

    /// A scalar of the `data` object as text.
    pub(super) fn data(&self, key: &str) -> Option<String> {
        scalar(get(get(&self.0, "data")?.as_object()?, key)?)
    }

    /// A whole number, however it is written; 0 if it is absent or none.
    pub(super) fn int(&self, key: &str) -> i64 {
        self.text(key).as_deref().and_then(int).unwrap_or(0)
    }

    /// Whether a field is true.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.text(key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }
}

fn get<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let in_any_case =
        || object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    object.get(key).or_else(in_any_case)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number that may be written with a fraction.
pub(super) fn int(text: &str) -> Option<i64> {
    text.split('.').next()?.parse().ok()
}

/// Reads one object.
pub(super) fn parse_object(json: &[u8]) -> Option<Record> {
    serde_json::from_slice(json).ok().and_then(Record::from_value)
}

/// Reads a list of objects, each turned into a row at once so that the JSON does not pile up. What is no object, and
/// what `row` refuses, is left out. `None` if it is no list, is not JSON, or has more than `max_rows` entries.
pub(super) fn parse_list<T>(
    json: &[u8],
    max_rows: usize,
    row: impl Fn(&Record) -> Option<T>,
) -> Option<Vec<T>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let rows = Rows { max_rows, row: &row }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(rows)
}

/// Reads the list under `records` of a page of history.
pub(super) fn parse_page<T>(
    json: &[u8],
    max_rows: usize,
    row: impl Fn(&Record) -> Option<T>,
) -> Option<Vec<T>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let rows = deserializer.deserialize_map(Page(Rows { max_rows, row: &row })).ok()?;
    deserializer.end().ok()?;
    rows
}

struct Rows<'a, F> {
    max_rows: usize,
    row: &'a F,
}

impl<'de, T, F: Fn(&Record) -> Option<T>> DeserializeSeed<'de> for Rows<'_, F> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T, F: Fn(&Record) -> Option<T>> Visitor<'de> for Rows<'_, F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        let mut entries = 0;
        while let Some(value) = seq.next_element::<Value>()? {
            entries += 1;
            if entries > self.max_rows {
                return Err(A::Error::custom("too many rows"));
            }
            rows.extend(Record::from_value(value).as_ref().and_then(self.row));
        }
        Ok(rows)
    }
}

struct Page<'a, F>(Rows<'a, F>);

impl<'de, T, F: Fn(&Record) -> Option<T>> Visitor<'de> for Page<'_, F> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut rows = None;
        while let Some(key) = map.next_key::<String>()? {
            if rows.is_none() && key.eq_ignore_ascii_case("records") {
                rows = Some(map.next_value_seed(Rows { ..self.0 })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_of_any_type_and_keys_of_any_case_are_read() {
        let json =
            br#"{"ID":"7","size":1.0,"on":true,"off":null,"list":[1],"data":{"DownloadUrl":" x ","n":2}}"#;
        let record = parse_object(json).unwrap();
        assert_eq!(record.int("id"), 7);
        assert_eq!(record.int("size"), 1);
        assert!(record.is_true("on"));
        assert_eq!(record.text("off"), None);
        assert_eq!(record.text("list"), None);
        assert_eq!(record.data("downloadUrl").as_deref(), Some("x"));
        assert_eq!(record.data("n").as_deref(), Some("2"));
        assert_eq!(record.int("missing"), 0);
    }

    #[test]
    fn entries_that_are_no_objects_are_left_out() {
        let ids = |record: &Record| Some(record.int("id"));
        assert_eq!(parse_list(br#"[{"id":1},null,[],"x",{"id":2}]"#, 9, ids), Some(vec![1, 2]));
        assert_eq!(parse_page(br#"{"page":1,"records":[{"id":1}],"totalRecords":9}"#, 9, ids), Some(vec![1]));
    }

    #[test]
    fn what_is_not_the_promised_json_is_refused() {
        let ids = |record: &Record| Some(record.int("id"));
        for json in ["", "<html>", "{}", "null", "[1", "[] x", "[1,2,3]"] {
            assert_eq!(parse_list(json.as_bytes(), 2, ids), None, "{json}");
        }
        for json in ["", "[]", "{}", r#"{"records":{}}"#, r#"{"records":null}"#] {
            assert_eq!(parse_page(json.as_bytes(), 2, ids), None, "{json}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parse_list(deep.as_bytes(), 2, ids), None);
    }
}
