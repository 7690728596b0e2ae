//! A download as the webhook and the rows of a history tell of it.

use super::options::GrabOptions;
use crate::release::Release;

/// What the webhook and the rows say of the download.
pub(super) struct Grabbed<'a> {
    pub(super) release: &'a Release,
    pub(super) options: &'a GrabOptions,
    pub(super) download_id: Option<String>,
    pub(super) download_url: Option<String>,
}
