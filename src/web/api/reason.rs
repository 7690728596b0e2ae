//! A reason as the asker reads it: the stable code, and the sentence in the asker's language.

use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::domain::reason::Reason;
use crate::ops::text::Lang;

/// Why something waits, failed or was skipped.
#[derive(Debug, Serialize, ToSchema)]
pub struct Told {
    /// The stable code.
    #[schema(schema_with = words::reasons)]
    code: &'static str,
    /// The sentence, in the language of `Accept-Language`.
    message: String,
}

impl Told {
    /// In this language.
    pub fn of(reason: Reason, lang: Lang) -> Self {
        Self { code: reason.code(), message: lang.text(&format!("reason-{reason}"), &[]) }
    }

    /// The same for a code out of the database; one that is known no more is nothing.
    pub fn of_code(code: &str, lang: Lang) -> Option<Self> {
        Reason::from_code(code).map(|reason| Self::of(reason, lang))
    }
}
