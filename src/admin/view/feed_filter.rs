//! A feed's filter.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{schema, whole_number};
use crate::admin::AdminError;
use crate::domain::app::{AppKind, AppName};
use crate::domain::feed_filter::{FeedFilter, InvalidFilter};
use crate::domain::text::is_plain;

/// What a feed takes. An empty list, or an absent bound, means "any".
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Filter)]
pub struct FilterView {
    /// The apps whose grabs are taken.
    #[schema(schema_with = schema::app_names)]
    apps: Vec<AppName>,
    /// The kinds of app whose grabs are taken.
    #[schema(schema_with = schema::app_kind_list)]
    kinds: Vec<AppKind>,
    /// The indexers.
    #[schema(schema_with = schema::value_list)]
    indexers: Vec<String>,
    /// The categories.
    #[schema(schema_with = schema::value_list)]
    categories: Vec<String>,
    /// A regular expression (Rust's `regex`) that must match somewhere in the title, without regard to case.
    #[schema(max_length = 500)]
    title: Option<String>,
    /// The smallest content, in bytes.
    #[serde(deserialize_with = "whole_number::optional")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    min_size_bytes: Option<u64>,
    /// The largest content, in bytes; not below the smallest.
    #[serde(deserialize_with = "whole_number::optional")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    max_size_bytes: Option<u64>,
}

impl FilterView {
    /// The filter, if it can be used.
    pub fn check(self) -> Result<FeedFilter, AdminError> {
        let sound = |list: &[String]| list.iter().all(|value| is_plain(value, FeedFilter::MAX_VALUE_CHARS));
        if !sound(&self.indexers) {
            return Err(AdminError::Invalid("filter.indexers"));
        }
        if !sound(&self.categories) {
            return Err(AdminError::Invalid("filter.categories"));
        }
        let filter = FeedFilter {
            apps: self.apps,
            kinds: self.kinds,
            indexers: self.indexers,
            categories: self.categories,
            title: self.title,
            min_size_bytes: self.min_size_bytes,
            max_size_bytes: self.max_size_bytes,
        };
        let field = |invalid| match invalid {
            InvalidFilter::PatternTooLong
            | InvalidFilter::PatternSyntax(_)
            | InvalidFilter::PatternTooCostly => "filter.title",
            InvalidFilter::SizesCrossed => "filter.maxSizeBytes",
            InvalidFilter::BadList => "filter",
        };
        filter.compile().map_err(|invalid| AdminError::Invalid(field(invalid)))?;
        Ok(filter)
    }
}

impl From<FeedFilter> for FilterView {
    fn from(filter: FeedFilter) -> Self {
        Self {
            apps: filter.apps,
            kinds: filter.kinds,
            indexers: filter.indexers,
            categories: filter.categories,
            title: filter.title,
            min_size_bytes: filter.min_size_bytes,
            max_size_bytes: filter.max_size_bytes,
        }
    }
}
