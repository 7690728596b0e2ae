//! Pages of a listing, asked for and answered as the apps do it.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::admin::view::schema;
use crate::store::Direction;
use crate::web::input::query::Query;
use crate::web::problem::Problem;

/// The largest page.
const MAX_PAGE_SIZE: u32 = 500;
/// The page's size where a request asks for none.
const USUAL_PAGE_SIZE: u32 = 50;

/// Which page is asked for, in which order.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Paging {
    /// The page, counted from 1.
    #[param(required = false, minimum = 1, maximum = 4_294_967_295_u32, default = 1)]
    pub page: u32,
    /// How many records a page has.
    #[param(required = false, minimum = 1, maximum = 500, default = 50)]
    pub page_size: u32,
    /// Upwards or downwards.
    #[param(required = false, schema_with = schema::directions)]
    pub sort_direction: Direction,
}

impl Paging {
    /// Takes its parameters out of a query.
    pub fn take(query: &mut Query) -> Result<Self, Problem> {
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let page_size = |text: &str| number(text).filter(|size| *size <= MAX_PAGE_SIZE);
        Ok(Self {
            page: query.take("page", number)?.unwrap_or(1),
            page_size: query.take("pageSize", page_size)?.unwrap_or(USUAL_PAGE_SIZE),
            sort_direction: query.take("sortDirection", Direction::from_name)?.unwrap_or_default(),
        })
    }

    /// How many records come before the page.
    pub fn offset(self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.page_size)
    }

    /// The page with these records.
    pub fn page<T>(self, sort_key: &'static str, total_records: u64, records: Vec<T>) -> Page<T> {
        let Self { page, page_size, sort_direction } = self;
        Page { page, page_size, sort_key, sort_direction: sort_direction.as_str(), total_records, records }
    }
}

/// A page of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are those of the apps' own paging")]
pub struct Page<T> {
    /// The page, counted from 1.
    #[schema(minimum = 1)]
    page: u32,
    /// How many records a page has.
    #[schema(minimum = 1, maximum = 500)]
    page_size: u32,
    /// What the records are sorted by.
    sort_key: &'static str,
    /// `ascending` or `descending`.
    #[schema(schema_with = schema::directions)]
    sort_direction: &'static str,
    /// How many records there are on all pages.
    total_records: u64,
    /// The records of this page.
    records: Vec<T>,
}

/// A listing that is never long.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// All records.
    pub records: Vec<T>,
}
