//! A reason: the stable code, and the sentence in the reader's language.

use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use crate::domain::reason::Reason;
use crate::ops::text::Lang;

/// Why something waits, failed or was skipped.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReasonText)]
pub struct ReasonView {
    /// The stable code.
    #[schema(schema_with = schema::reasons)]
    code: &'static str,
    /// The sentence, in the language of `Accept-Language`.
    message: String,
}

impl ReasonView {
    /// In this language.
    pub fn new(reason: Reason, lang: Lang) -> Self {
        Self::about(reason, None, lang)
    }

    /// The same, where the reason names a place.
    pub fn about(reason: Reason, place: Option<&str>, lang: Lang) -> Self {
        Self { code: reason.code(), message: sentence(reason, place, lang) }
    }

    /// The same for a code out of the database; one that is known no more is nothing.
    pub fn from_code(code: &str, lang: Lang) -> Option<Self> {
        Reason::from_code(code).map(|reason| Self::new(reason, lang))
    }
}

/// The sentence of a reason, and the place that it names.
pub fn sentence(reason: Reason, place: Option<&str>, lang: Lang) -> String {
    lang.text(&format!("reason-{reason}"), &[("place", place.unwrap_or_default().into())])
}
