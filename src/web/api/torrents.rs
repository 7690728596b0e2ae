//! `/api/v1/torrents`: what is known of the stored torrents. Never their bytes, nor anything of their trackers.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::paging::{Listed, Page, Paging};
use crate::admin::view::schema;
use crate::domain::infohash::Infohash;
use crate::store::{TorrentFilter, TorrentSort, TorrentSummary};
use crate::web::WebState;
use crate::web::input::path::InPath;
use crate::web::input::query::Query;
use crate::web::problem::{Code, Problem};

/// A stored torrent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Torrent {
    /// The hash by which feeds name it.
    #[schema(schema_with = schema::infohash)]
    infohash: String,
    /// SHA-1 infohash, where it has one.
    infohash_v1: Option<String>,
    /// SHA-256 infohash, where it has one.
    infohash_v2: Option<String>,
    /// The indexer that it came from.
    indexer: Option<String>,
    /// The name that a client would show.
    name: String,
    /// Size of the content.
    total_bytes: u64,
    /// Number of files.
    file_count: u64,
    /// Bytes of one piece.
    piece_length_bytes: u64,
    /// Whether it is of a private tracker (BEP 27).
    private: bool,
    /// Whether only a magnet link is known.
    magnet: bool,
    /// When it was stored.
    #[schema(format = DateTime)]
    stored_at: String,
}

impl From<TorrentSummary> for Torrent {
    fn from(torrent: TorrentSummary) -> Self {
        Self {
            infohash: torrent.infohash,
            infohash_v1: torrent.infohash_v1,
            infohash_v2: torrent.infohash_v2,
            indexer: torrent.indexer,
            name: torrent.name,
            total_bytes: torrent.total_bytes,
            file_count: torrent.file_count,
            piece_length_bytes: torrent.piece_length_bytes,
            private: torrent.private,
            magnet: torrent.magnet,
            stored_at: torrent.stored_at.to_string(),
        }
    }
}

/// Which torrents are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Filter {
    /// What they are sorted by; `storedAt` unless asked otherwise.
    #[param(required = false, schema_with = schema::torrent_sort_keys)]
    sort_key: TorrentSort,
    /// Only this indexer, as the apps or Prowlarr write it.
    #[param(schema_with = schema::searched)]
    indexer: Option<String>,
    /// Only those with this text in their name, whatever its case.
    #[param(schema_with = schema::searched)]
    name: Option<String>,
}

impl Filter {
    fn take(query: &mut Query) -> Result<Self, Problem> {
        Ok(Self {
            sort_key: query.take("sortKey", TorrentSort::from_name)?.unwrap_or_default(),
            indexer: query.take_text("indexer")?,
            name: query.take_text("name")?,
        })
    }
}

/// List torrents.
#[utoipa::path(get, path = "/api/v1/torrents", tag = "torrents", operation_id = "listTorrents",
    params(Paging, Filter),
    responses((status = 200, description = "A page of torrents.", body = Page<Torrent>)),
    extensions(("x-problems" = json!(["invalid-value", "bad-request"]))))]
pub async fn list(State(state): State<WebState>, mut query: Query) -> Result<Json<Page<Torrent>>, Problem> {
    let paging = Paging::take(&mut query)?;
    let Filter { sort_key: sort, indexer, name } = Filter::take(&mut query)?;
    query.finish()?;
    let filter = TorrentFilter { indexer, name, sort, direction: paging.sort_direction };
    let found = state.store().torrents(&filter, paging.page_size, paging.offset()).await?;
    let records = found.torrents.into_iter().map(Torrent::from).collect();
    Ok(Json(paging.page(sort.as_str(), found.total, records)))
}

/// Get the torrents with an infohash: one for each indexer that it came from.
#[utoipa::path(get, path = "/api/v1/torrents/{infohash}", tag = "torrents", operation_id = "getTorrent",
    params(("infohash" = String, Path, description = "Either infohash, in hexadecimal digits.",
        pattern = "^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$")),
    responses((status = 200, description = "The torrents.", body = Listed<Torrent>)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(
    State(state): State<WebState>,
    InPath(hash): InPath<Infohash>,
) -> Result<Json<Listed<Torrent>>, Problem> {
    let found = state.store().torrents_with_hash(&hash).await?;
    if found.is_empty() {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(Json(Listed { records: found.into_iter().map(Torrent::from).collect() }))
}
