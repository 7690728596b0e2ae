//! The files of the pages: the style sheet and the icon, part of the program.

use axum::http::header;
use axum::response::IntoResponse;

use crate::web::ui::view::STYLE;

const ICON: &str = include_str!("../../../static/icon.svg");

/// A year: the style sheet's address changes with its content.
const FOR_LONG: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

/// `GET /static/app.css`
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, FOR_LONG)], STYLE)
}

/// `GET /static/icon.svg`
pub async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"), (header::CACHE_CONTROL, FOR_A_DAY)], ICON)
}
