//! The account.

use serde::Serialize;

use crate::store::Administrator;

/// The account, without its password.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    name: String,
    created_at: String,
    password_changed_at: String,
}

impl From<&Administrator> for AccountView {
    fn from(administrator: &Administrator) -> Self {
        Self {
            name: administrator.name.clone(),
            created_at: administrator.created_at.to_string(),
            password_changed_at: administrator.password_changed_at.to_string(),
        }
    }
}
