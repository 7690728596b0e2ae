//! `/`: what there is, in figures.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Reader;
use crate::domain::grab::GrabState;
use crate::web::WebState;
use crate::web::problem::Problem;
use crate::web::ui::view::{Figure, Home, page};

/// Shows the page.
pub async fn show(State(state): State<WebState>, reader: Reader) -> Response {
    let counts = match state.store().grab_counts().await {
        Ok(counts) => counts,
        Err(failure) => return Problem::from(failure).into_response(),
    };
    let figure = |grab_state: GrabState| {
        let of_state = counts.iter().filter(|count| count.state == grab_state);
        let count = of_state.map(|count| count.grabs).sum();
        let id = format!("page-home-{}", grab_state.as_str());
        Figure { count, label: reader.lang.text(&id, &[("count", count.into())]) }
    };
    let states = [GrabState::Ready, GrabState::Pending, GrabState::Failed, GrabState::Skipped];
    let frame = reader.frame(&state, "home", true);
    page(StatusCode::OK, &Home { frame, figures: states.map(figure).into() })
}
