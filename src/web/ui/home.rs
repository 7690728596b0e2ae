//! `/`: what there is, in figures.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Reader;
use crate::admin;
use crate::admin::view::finding::FindingView;
use crate::domain::grab::GrabState;
use crate::web::WebState;
use crate::web::problem::Problem;
use crate::web::ui::view::{Figure, Home, page};

/// Shows the page.
pub async fn show(State(state): State<WebState>, reader: Reader) -> Response {
    let status = match admin::status::status(&state.deps).await {
        Ok(status) => status,
        Err(failure) => return Problem::from(failure).into_response(),
    };
    let figure = |grab_state: GrabState| {
        let of_state = status.grabs.iter().find(|(state, _)| *state == grab_state);
        let count = of_state.map_or(0, |(_, count)| *count);
        let id = format!("page-home-{}", grab_state.as_str());
        Figure { count, label: reader.lang.text(&id, &[("count", count.into())]) }
    };
    let shown = [GrabState::Ready, GrabState::Pending, GrabState::Failed, GrabState::Skipped];
    let figures = shown.map(figure).into();
    let said = status.findings.into_iter().map(|finding| FindingView::new(finding, reader.lang).message);
    let frame = reader.frame(&state, "home", true);
    page(StatusCode::OK, &Home { frame, figures, findings: said.collect() })
}
