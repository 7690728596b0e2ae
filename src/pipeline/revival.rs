//! What a change of the settings makes possible again.
//!
//! Must not know: settings. The composition root says what stood in the way of what.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::domain::reason::Reason;
use crate::store::{Store, StoreError};

/// A part of the settings, and what failed for want of it.
#[derive(Debug)]
pub struct Part {
    /// Its name, under which it is remembered.
    pub name: &'static str,
    /// Its value, which may hold keys. A hash of it is kept.
    pub value: SecretString,
    /// For what reasons grabs failed, or wait, that another value may get.
    pub reasons: &'static [Reason],
    /// At which places, as `LIKE` writes them.
    pub place: Option<String>,
}

/// Makes due what failed, or waits, because of parts that have changed since the last start. Gives how many grabs.
pub async fn bring_back(store: &Store, parts: &[Part]) -> Result<u64, StoreError> {
    let now = store.now().await?;
    let mut brought = 0;
    for part in parts {
        let hash = hex::encode(Sha256::digest(part.value.expose_secret().as_bytes()));
        let kept = store.keep_setting(part.name, &hash, part.reasons, part.place.as_deref(), now).await?;
        brought += kept.unwrap_or(0);
    }
    Ok(brought)
}
