//! How much room the database takes.

use super::engine::Engine;
use super::{Store, StoreError};

impl Store {
    /// What the database takes of its disk, in bytes; what it could give back counts as taken.
    pub async fn size_bytes(&self) -> Result<u64, StoreError> {
        let bytes: i64 = match &self.engine {
            Engine::Sqlite { reader, .. } => {
                sqlx::query_scalar(
                    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
                )
                .fetch_one(reader)
                .await?
            }
            Engine::Postgres(pool) => {
                sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(pool).await?
            }
        };
        Ok(u64::try_from(bytes).unwrap_or(0))
    }
}
