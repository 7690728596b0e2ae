//! `/api/v1/settings`: every setting, with its value and where that came from. Secrets are masked.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::paging::Listed;
use crate::config::describe;
use crate::config::finding::ValueOrigin;
use crate::config::key::Kind;
use crate::config::provenance::Shown;
use crate::ops::text::Lang;
use crate::web::WebState;
use crate::web::middleware::observe::RequestLang;

/// A setting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// Its path, such as `server.port` or `apps[0].url`.
    key: String,
    /// What it is for, in the language of `Accept-Language`.
    description: String,
    /// Its value; a list is a list, a secret is masked, `null` is not set.
    value: Value,
    /// Whether it is a secret, which is never shown.
    secret: bool,
    /// The value when nobody gives one, as it would be written in the file.
    default: Option<&'static str>,
    /// What it accepts, in words of the same language.
    accepts: String,
    /// The least number, of a number.
    minimum: Option<f64>,
    /// The greatest number, of a number.
    maximum: Option<f64>,
    /// The words, of a choice of words.
    choices: Option<Vec<&'static str>>,
    /// Where the value came from: `default`, `database`, `file` or `environment`.
    origin: &'static str,
    /// The line of the file, or the variable.
    place: Option<String>,
    /// Whether the file or the environment fixes it, so that the pages cannot change it.
    locked: bool,
}

impl Setting {
    fn from_shown(shown: &Shown, lang: Lang) -> Self {
        let bounds = bounds(&shown.key.kind);
        Self {
            key: shown.path.to_string(),
            description: lang.text(&describe::key_id(shown.path.section, shown.path.key), &[]),
            value: shown.json(),
            secret: shown.key.is_secret(),
            default: shown.key.default,
            accepts: describe::accepts(shown.key, lang),
            minimum: bounds.map(|(least, _)| least),
            maximum: bounds.map(|(_, greatest)| greatest),
            choices: choices(&shown.key.kind),
            origin: origin(&shown.origin),
            place: place(&shown.origin),
            locked: shown.is_locked(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the bounds of settings are small")]
fn bounds(kind: &Kind) -> Option<(f64, f64)> {
    match *kind {
        Kind::Integer(least, greatest) => Some((least as f64, greatest as f64)),
        Kind::Decimal(least, greatest) => Some((least, greatest)),
        _ => None,
    }
}

fn choices(kind: &Kind) -> Option<Vec<&'static str>> {
    match kind {
        Kind::Choice(words) => Some(words.to_vec()),
        _ => None,
    }
}

const fn origin(origin: &ValueOrigin) -> &'static str {
    match origin {
        ValueOrigin::Default => "default",
        ValueOrigin::Database => "database",
        ValueOrigin::File { .. } => "file",
        ValueOrigin::Variable(_) | ValueOrigin::VariableFile(_) => "environment",
    }
}

/// The file's folder is nobody's business.
fn place(origin: &ValueOrigin) -> Option<String> {
    match origin {
        ValueOrigin::Default | ValueOrigin::Database => None,
        ValueOrigin::File { line, column, .. } => Some(format!("{line}:{column}")),
        ValueOrigin::Variable(name) | ValueOrigin::VariableFile(name) => Some(name.clone()),
    }
}

/// List every setting.
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", operation_id = "listSettings",
    responses((status = 200, description = "The settings, in the order of the reference.", body = Listed<Setting>)))]
pub async fn list(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
) -> Json<Listed<Setting>> {
    Json(Listed {
        records: state.facts.settings.iter().map(|shown| Setting::from_shown(shown, lang)).collect(),
    })
}
