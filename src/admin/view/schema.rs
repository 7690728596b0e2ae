//! Schemas of texts that are not just any text, made of the same tables that read them.

use utoipa::openapi::schema::{
    Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type,
};

use crate::auth::scope::Scope;
use crate::domain::app::{AppKind, AppName};
use crate::domain::feed::FeedName;
use crate::domain::feed_filter::FeedFilter;
use crate::domain::grab::GrabState;
use crate::domain::reason::Reason;
use crate::pipeline::findings::FindingKind;
use crate::store::{Direction, GrabSort, TorrentSort};

fn one_of(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

fn or_null(mut schema: Object) -> Object {
    schema.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    if let Some(values) = &mut schema.enum_values {
        values.push(serde_json::Value::Null);
    }
    schema
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// Upwards or downwards.
pub fn directions() -> Object {
    one_of(Direction::ALL.map(Direction::as_str))
}

/// What grabs can be sorted by.
pub fn grab_sort_keys() -> Object {
    one_of(GrabSort::ALL.iter().map(|key| key.as_str()))
}

/// What torrents can be sorted by.
pub fn torrent_sort_keys() -> Object {
    one_of(TorrentSort::ALL.iter().map(|key| key.as_str()))
}

/// States of a grab.
pub fn grab_states() -> Object {
    one_of(GrabState::ALL.map(GrabState::as_str))
}

/// Codes of reasons.
pub fn reasons() -> Object {
    one_of(Reason::ALL.iter().map(|reason| reason.code()))
}

/// The code of a reason, or none.
pub fn maybe_reason() -> Object {
    or_null(reasons())
}

/// Kinds of app.
pub fn app_kinds() -> Object {
    one_of(AppKind::ALL.map(AppKind::as_str))
}

/// One scope or more.
pub fn scope_list() -> Array {
    let scope = one_of(Scope::ALL.map(Scope::as_str));
    ArrayBuilder::new().items(scope).min_items(Some(1)).build()
}

/// The name of an app.
pub fn app_name() -> Object {
    text("^[A-Za-z0-9][A-Za-z0-9._-]*$").min_length(Some(1)).max_length(Some(AppName::MAX_BYTES)).build()
}

/// Names of apps.
pub fn app_names() -> Array {
    list_of(app_name())
}

/// Kinds of app.
pub fn app_kind_list() -> Array {
    list_of(app_kinds())
}

/// Indexers or categories.
pub fn value_list() -> Array {
    list_of(searched())
}

fn list_of(item: Object) -> Array {
    ArrayBuilder::new().items(item).max_items(Some(FeedFilter::MAX_VALUES)).build()
}

/// The name of an app, or none.
pub fn maybe_app_name() -> Object {
    or_null(app_name())
}

/// A name that a person gives: one line, no spaces around it.
pub fn plain_name() -> Object {
    let edge = r"[^\s\x00-\x1f\x7f-\x9f]";
    let line = format!(r"^{edge}([^\x00-\x1f\x7f-\x9f]*{edge})?$");
    text(&line).min_length(Some(1)).max_length(Some(FeedName::MAX_CHARS)).build()
}

/// A text to look for: one line, no spaces around it.
pub fn searched() -> Object {
    let mut object = plain_name();
    object.max_length = Some(200);
    object
}

/// An infohash.
pub fn infohash() -> Object {
    text("^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$").build()
}

/// The number of a row.
pub fn row_number() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .maximum(Some(i64::MAX))
        .build()
}

/// Codes of findings.
pub fn findings() -> Object {
    one_of(FindingKind::ALL.map(FindingKind::as_str))
}
