//! Reading a request's body whole: uncompressed, small, in time.

use std::error::Error;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header;
use bytes::Bytes;
use http_body_util::LengthLimitError;

use crate::web::problem::Code;

/// How long a body may take to come in.
const DEADLINE: Duration = Duration::from_secs(20);

/// The body, of so many bytes at most.
pub async fn read_whole(request: Request, most_bytes: usize) -> Result<Bytes, Code> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Code::UnsupportedEncoding);
    }
    match tokio::time::timeout(DEADLINE, to_bytes(request.into_body(), most_bytes)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if error.source().is_some_and(<dyn Error>::is::<LengthLimitError>) => {
            Err(Code::TooLarge)
        }
        Ok(Err(_broken)) => Err(Code::BadRequest),
        Err(_elapsed) => Err(Code::TooSlow),
    }
}
