//! Reading the apps' JSON without trusting it (arr-apis traps 15–20).
//!
//! Every answer that matters is a flat object or a list of them, some with a flat `data` object inside. A [`Record`]
//! gives out their scalars as text whatever their JSON type, by key in any case, so that a null, a number for a
//! text, a text for a number or an unknown field never spoils an answer. Nothing else is kept, and of scalars not more
//! than a real answer has: an answer of 96 kB can stand for gigabytes of objects. Must not know: what any key means.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The longest text that is kept, in bytes; a longer one counts as absent. Links have some hundreds.
const LONGEST_TEXT_BYTES: usize = 16 << 10;
/// The most fields that are kept of an object.
const MOST_FIELDS: usize = 256;
/// The longest name of a field that is kept, in bytes.
const LONGEST_KEY_BYTES: usize = 128;

/// One JSON object.
#[derive(Default)]
pub(super) struct Record {
    fields: Fields,
    data: Fields,
}

/// The scalars of an object as text, in its order.
type Fields = Vec<(String, String)>;

impl Record {
    /// A scalar as text; absent, null, empty and not a scalar are the same.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        get(&self.fields, key).map(str::to_owned)
    }

    /// A scalar of the `data` object as text.
    pub(super) fn data(&self, key: &str) -> Option<String> {
        get(&self.data, key).map(str::to_owned)
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

fn get<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    let in_any_case = || fields.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(key));
    let found = fields.iter().rfind(|(name, _)| name == key).or_else(in_any_case);
    found.map(|(_, text)| text.as_str())
}

/// A whole number that may be written with a fraction.
pub(super) fn int(text: &str) -> Option<i64> {
    text.split('.').next()?.parse().ok()
}

/// Reads one object.
pub(super) fn parse_object(json: &[u8]) -> Option<Record> {
    match read_value(std::str::from_utf8(json).ok()?)? {
        Found::Object(record) => Some(record),
        Found::Scalar(_) | Found::Nothing => None,
    }
}

/// Reads a list of objects, each turned into a row at once so that the JSON does not pile up. What is no object, and
/// what `row` refuses, is left out. `None` if it is no list, is not JSON, or has more than `max_rows` entries.
pub(super) fn parse_list<T>(
    json: &[u8],
    max_rows: usize,
    row: impl Fn(&Record) -> Option<T>,
) -> Option<Vec<T>> {
    Some(parse_list_counting(json, max_rows, row)?.0)
}

/// The same, with how many entries could not be read.
pub(super) fn parse_list_counting<T>(
    json: &[u8],
    max_rows: usize,
    row: impl Fn(&Record) -> Option<T>,
) -> Option<(Vec<T>, usize)> {
    let (text, unreadable) = (String::from_utf8_lossy(json), Cell::new(0));
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let rows =
        Rows { most: max_rows, row: &row, unreadable: &unreadable }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some((rows, unreadable.get()))
}

/// Reads the list under `records` of a page of history, and says how many entries could not be read.
pub(super) fn parse_page<T>(
    json: &[u8],
    max_rows: usize,
    row: impl Fn(&Record) -> Option<T>,
) -> Option<(Vec<T>, usize)> {
    let (text, unreadable) = (String::from_utf8_lossy(json), Cell::new(0));
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let list = Rows { most: max_rows, row: &row, unreadable: &unreadable };
    let rows = deserializer.deserialize_map(Page(list)).ok()?;
    deserializer.end().ok()?;
    Some((rows?, unreadable.get()))
}

/// Reads one row by itself, so that one that cannot be read spoils no other. Half of a surrogate pair, as a cut text leaves
/// it, becomes the replacement character.
fn read_row(json: &str) -> Option<Found> {
    read_value(json).or_else(|| read_value(&without_half_pairs(json)))
}

fn read_value(json: &str) -> Option<Found> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let found = deserializer.deserialize_any(Anything { depth: 0 }).ok()?;
    deserializer.end().ok()?;
    Some(found)
}

/// A value: what is kept of it.
enum Found {
    Scalar(String),
    Object(Record),
    Nothing,
}

/// Reads any value. `depth`: how many objects it lies in.
#[derive(Clone, Copy)]
struct Anything {
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Anything {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn scalar(text: &str) -> Found {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_TEXT_BYTES {
        Found::Nothing
    } else {
        Found::Scalar(text.to_owned())
    }
}

impl<'de> Visitor<'de> for Anything {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(scalar(text))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Found, E> {
        Ok(scalar(if truth { "true" } else { "false" }))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Found, E> {
        Ok(scalar(&number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Found, E> {
        Ok(scalar(&number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Found, E> {
        Ok(scalar(&number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Found, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut record = Record::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            let is_data = self.depth == 0 && key.eq_ignore_ascii_case("data");
            let is_kept = key.len() <= LONGEST_KEY_BYTES && record.fields.len() < MOST_FIELDS;
            if !is_data && (!is_kept || self.depth > 1) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            match map.next_value_seed(Self { depth: if is_data { 1 } else { 2 } })? {
                Found::Scalar(text) => record.fields.push((key.into_owned(), text)),
                Found::Object(inner) if is_data => record.data = inner.fields,
                Found::Object(_) | Found::Nothing => {}
            }
        }
        Ok(Found::Object(record))
    }
}

/// Replaces escapes of halves of surrogate pairs.
fn without_half_pairs(json: &str) -> String {
    let mut mended = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        mended.push_str(&rest[..at]);
        rest = &rest[at..];
        let unit = escaped_unit(rest);
        let low = || rest.get(6..).and_then(escaped_unit).is_some_and(|unit| matches!(unit, 0xDC00..=0xDFFF));
        let length = match unit {
            Some(0xD800..=0xDBFF) if low() => 12,
            Some(0xD800..=0xDFFF) => {
                mended.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        mended.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    mended.push_str(rest);
    mended
}

/// The UTF-16 unit of an escape that the text begins with.
fn escaped_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

struct Rows<'a, F> {
    most: usize,
    row: &'a F,
    unreadable: &'a Cell<usize>,
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
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            entries += 1;
            if entries > self.most {
                return Err(A::Error::custom("too many rows"));
            }
            match read_row(raw.get()) {
                Some(Found::Object(record)) => rows.extend((self.row)(&record)),
                Some(Found::Scalar(_) | Found::Nothing) => {}
                None => self.unreadable.set(self.unreadable.get() + 1),
            }
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
        assert_eq!(
            parse_page(br#"{"page":1,"records":[{"id":1}],"totalRecords":9}"#, 9, ids),
            Some((vec![1], 0))
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_spoils_no_other() {
        let ids = |record: &Record| Some(record.int("id"));
        for bad in [r#"{"id":2,"note":"cut \ud83d"}"#, r#"{"id":2,"note":"\udc00 \ud83d\ud83d x \\ud83d"}"#] {
            let json = format!(r#"[{{"id":1}},{bad},{{"id":3,"e":"\ud83d\ude00"}}]"#);
            assert_eq!(parse_list(json.as_bytes(), 9, ids), Some(vec![1, 2, 3]), "{bad}");
        }
        for (bad, unreadable) in [
            (r#"{"id":2,"size":1e400}"#, 1),
            // No object: nobody misses it.
            (&*format!("{}{}", "[".repeat(200), "]".repeat(200)), 0),
        ] {
            let json = format!(r#"[{{"id":1}},{bad},{{"id":3}}]"#);
            assert_eq!(parse_list_counting(json.as_bytes(), 9, ids), Some((vec![1, 3], unreadable)), "{bad}");
        }
        let mut json = br#"[{"id":1,"title":"x"},{"id":2}]"#.to_vec();
        json[18] = 0xff;
        assert_eq!(parse_list(&json, 9, ids), Some(vec![1, 2]), "bytes that are no UTF-8");
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

    #[test]
    fn of_a_hostile_answer_no_more_is_kept_than_a_real_one_has() {
        let many = |one: &str, times: usize| one.repeat(times);
        for body in [
            format!(r#"{{"a":[{}0],"id":1}}"#, many("[],", 100_000)),
            format!(r#"{{"a":{{"b":[{}0]}},"id":1}}"#, many("{},", 100_000)),
            format!(r#"{{"data":{{"b":[{}0],"c":{{"d":[[[1]]]}}}},"id":1}}"#, many(r#"{"x":1},"#, 100_000)),
            format!(r#"{{"id":1,"a":"{}"}}"#, many("x", 1 << 20)),
            format!(
                r#"{{"id":1,{}"z":1}}"#,
                (0..10_000)
                    .map(|n| n.to_string())
                    .flat_map(|n| ["\"k".to_owned(), n, "\":1,".to_owned()])
                    .collect::<String>()
            ),
        ] {
            let record = parse_object(body.as_bytes()).unwrap();
            assert_eq!(record.int("id"), 1);
            let kept = record.fields.iter().chain(&record.data).map(|(key, text)| key.len() + text.len());
            assert!(kept.sum::<usize>() < 8_000, "{body:.80}");
        }
    }
}
