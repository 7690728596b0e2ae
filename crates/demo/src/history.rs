//! The history table of a simulated app and the three ways to read it, the same in every app.
//!
//! A row that is written late keeps the date of its grab but takes its number when it appears, so that a reader who
//! trusts dates without an overlap misses it. After `PagingResource.cs` and `BasicRepository.cs` of Prowlarr.

use serde_json::{Map, Value, json};

use grabfeed_domain::time::Ts;

use super::query::{BadQuery, Query};

/// The kind of a row: its number and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event(pub u8, pub &'static str);

/// A row that is to be written: everything but its number.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The date in the row.
    pub date: Ts,
    /// When it can be read.
    pub due: Ts,
    /// The kind.
    pub event: Event,
    /// The other properties, `data` among them.
    pub fields: Map<String, Value>,
}

#[derive(Debug, Clone)]
struct Row {
    id: i64,
    draft: Draft,
}

/// A history table.
#[derive(Debug)]
pub(crate) struct History {
    rows: Vec<Row>,
    late: Vec<Draft>,
    next_id: i64,
    events: &'static [Event],
}

/// A date as SQLite keeps it for the apps, which compare dates as text: fractions without zeros at their end, so that a
/// whole second is after its own fractions.
fn as_stored(date: Ts) -> String {
    let text = date.to_string();
    let (seconds, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((&text, ""));
    match fraction.trim_end_matches('0') {
        "" => format!("{seconds}Z"),
        fraction => format!("{seconds}.{fraction}Z"),
    }
}

impl History {
    /// An empty table; `events` are the kinds that this app knows.
    pub(crate) fn new(first_id: i64, events: &'static [Event]) -> Self {
        Self { rows: Vec::new(), late: Vec::new(), next_id: first_id, events }
    }

    /// Writes a row, at once or when it is due.
    pub(crate) fn write(&mut self, draft: Draft) {
        self.late.push(draft);
    }

    /// Puts an older backup in place: the newest rows are gone and their numbers will be used again.
    pub(crate) fn restore(&mut self, now: Ts, rows_lost: usize) {
        self.settle(now);
        self.rows.truncate(self.rows.len().saturating_sub(rows_lost));
        let lost = i64::try_from(rows_lost).unwrap_or(0);
        self.next_id = self.rows.last().map_or(self.next_id - lost, |row| row.id + 1);
    }

    /// Rows that match, for the app's own use (limits).
    pub(crate) fn count(&mut self, now: Ts, wanted: impl Fn(&Draft) -> bool) -> usize {
        self.settle(now);
        self.rows.iter().filter(|row| wanted(&row.draft)).count()
    }

    /// `GET /history`
    pub(crate) fn page(&mut self, now: Ts, query: &Query) -> Result<Value, BadQuery> {
        self.settle(now);
        let page = query.number("page")?.unwrap_or(1).max(1);
        // As recorded: −1 is the whole table, 0 nothing at all.
        let size = match query.first("pageSize") {
            Some("-1") => u64::MAX,
            _ => query.number("pageSize")?.unwrap_or(10),
        };
        let ascending = match query.first("sortDirection").unwrap_or("descending") {
            "ascending" | "1" => true,
            "default" | "descending" | "0" | "2" => false,
            other => return Err(BadQuery::new("sortDirection", other)),
        };
        let mut kinds = Vec::new();
        for kind in query.all("eventType") {
            kinds.push(kind.parse::<u8>().map_err(|_| BadQuery::new("eventType", kind))?);
        }
        let filter = Filter::from_query(query)?;
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| kinds.is_empty() || kinds.contains(&row.draft.event.0))
            .filter(|row| filter.admits(row))
            .collect();
        rows.sort_by_key(|row| (row.draft.date, row.id));
        if !ascending {
            rows.reverse();
        }
        let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let take = usize::try_from(size).unwrap_or(usize::MAX);
        let records: Vec<Value> = rows.iter().skip(skip).take(take).map(|row| row.json()).collect();
        Ok(json!({
            "page": page,
            "pageSize": if size == u64::MAX { json!(-1) } else { json!(size) },
            "sortKey": "date",
            "sortDirection": if ascending { "ascending" } else { "descending" },
            "totalRecords": rows.len(),
            "records": records,
        }))
    }

    /// `GET /history/since`: from the date on, oldest first, all of it.
    pub(crate) fn since(&mut self, now: Ts, query: &Query) -> Result<Value, BadQuery> {
        self.settle(now);
        let date = match query.first("date") {
            Some(text) => as_stored(Ts::parse_upstream(text).ok_or_else(|| BadQuery::new("date", text))?),
            None => String::new(),
        };
        let kind = query.first("eventType").map(|text| self.kind(text)).transpose()?;
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| {
                as_stored(row.draft.date) >= date && kind.is_none_or(|kind| row.draft.event.0 == kind)
            })
            .collect();
        rows.sort_by_key(|row| (row.draft.date, row.id));
        Ok(rows.into_iter().map(Row::json).collect())
    }

    fn kind(&self, text: &str) -> Result<u8, BadQuery> {
        let named = self.events.iter().find(|event| event.1.eq_ignore_ascii_case(text)).map(|event| event.0);
        named.or_else(|| text.parse().ok()).ok_or_else(|| BadQuery::new("eventType", text))
    }

    /// Moves late rows that are due into the table, in the order in which they fell due.
    fn settle(&mut self, now: Ts) {
        let (mut due, late) =
            std::mem::take(&mut self.late).into_iter().partition(|row: &Draft| row.due <= now);
        self.late = late;
        due.sort_by_key(|row: &Draft| row.due);
        for draft in due {
            self.rows.push(Row { id: self.next_id, draft });
            self.next_id += 1;
        }
    }
}

impl Row {
    fn json(&self) -> Value {
        let mut json = self.draft.fields.clone();
        json.insert("date".into(), self.draft.date.rfc3339_seconds().into());
        json.insert("eventType".into(), self.draft.event.1.into());
        json.insert("id".into(), self.id.into());
        Value::Object(json)
    }
}

/// The filters of the paged route besides the kind.
struct Filter<'a> {
    download_id: Option<&'a str>,
    successful: Option<bool>,
    indexers: Vec<i64>,
}

impl<'a> Filter<'a> {
    fn from_query(query: &'a Query) -> Result<Self, BadQuery> {
        let successful = match query.first("successful") {
            None => None,
            Some(text) => {
                Some(text.to_ascii_lowercase().parse().map_err(|_| BadQuery::new("successful", text))?)
            }
        };
        Ok(Self {
            download_id: query.first("downloadId"),
            successful,
            indexers: query.numbers("indexerIds")?,
        })
    }

    fn admits(&self, row: &Row) -> bool {
        let field = |name: &str| row.draft.fields.get(name);
        self.download_id.is_none_or(|id| field("downloadId").and_then(Value::as_str) == Some(id))
            && self
                .successful
                .is_none_or(|wanted| field("successful").and_then(Value::as_bool) == Some(wanted))
            && (self.indexers.is_empty()
                || field("indexerId").and_then(Value::as_i64).is_some_and(|id| self.indexers.contains(&id)))
    }
}
