//! API keys, without the key itself but for the one answer that gives a new one.

use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use crate::auth::scope::Scope;
use crate::domain::time::Ts;
use crate::store::ApiKey;

/// A key, without the key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Key)]
pub struct KeyView {
    /// Its number.
    #[schema(schema_with = schema::row_number)]
    id: i64,
    /// The person's name for it.
    name: String,
    /// Its prefix and its last four characters, for recognising it.
    shown: String,
    /// What it opens.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<&'static str>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When it stops working.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        let date = |moment: Ts| moment.to_string();
        Self {
            id: key.id.0,
            name: key.name,
            shown: key.key_shown,
            scopes: key.scopes.iter().map(Scope::as_str).collect(),
            created_at: date(key.created_at),
            last_used_at: key.last_used_at.map(date),
            expires_at: key.expires_at.map(date),
        }
    }
}

/// A new key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MadeKey)]
pub struct NewKeyView {
    /// What lists show of it.
    #[serde(flatten)]
    pub listed: KeyView,
    /// The key itself, shown this once.
    pub key: String,
}
