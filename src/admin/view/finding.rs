//! A finding: the stable code, and the sentence in the reader's language.

use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::pipeline::findings::Finding;

/// Something that a person should know of and can mend.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
    /// The stable code.
    #[schema(schema_with = schema::findings)]
    code: &'static str,
    /// The feed, app, program or indexer that it is about; empty for none.
    about: String,
    /// How many torrents, grabs or downloads it is about.
    count: u64,
    /// Since when, or from when on.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// The sentence, in the language of `Accept-Language`: what is so, then what to do.
    pub message: String,
}

impl FindingView {
    /// In this language.
    pub fn new(finding: Finding, lang: Lang) -> Self {
        let Finding { kind, about, count, at } = finding;
        let day = at.map_or_else(|| lang.text("finding-never", &[]), day);
        let args = [("about", about.as_str().into()), ("count", count.into()), ("day", day.as_str().into())];
        let message = lang.text(&format!("finding-{}", kind.as_str()), &args);
        Self { code: kind.as_str(), message, at: at.map(|at| at.to_string()), about, count }
    }
}

/// The day of a moment: `2026-11-27`.
fn day(moment: Ts) -> String {
    moment.to_string().chars().take(10).collect()
}
