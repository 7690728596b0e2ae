//! The one shape of errors: `application/problem+json` (RFC 9457) with a stable code and a sentence in French or
//! English. What went wrong inside is told to the log, never here.

use std::any::Any;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use tracing::error;

use crate::ops::text::Lang;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident;)*) => {
        /// What went wrong, as far as the asker is told.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code; its sentence is `problem-{code}` in the catalogues.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    /// No or wrong credentials.
    Unauthorized = "unauthorized", UNAUTHORIZED;
    /// The key lacks the scope.
    Forbidden = "forbidden", FORBIDDEN;
    /// A key in the query string.
    KeyInQuery = "key-in-query", UNAUTHORIZED;
    /// Nothing is there.
    NotFound = "not-found", NOT_FOUND;
    /// It was there.
    Gone = "gone", GONE;
    /// The method is not for this route.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED;
    /// The request cannot be read.
    BadRequest = "bad-request", BAD_REQUEST;
    /// The body is too large.
    TooLarge = "body-too-large", PAYLOAD_TOO_LARGE;
    /// The body did not come in time.
    TooSlow = "body-too-slow", REQUEST_TIMEOUT;
    /// The body is compressed, which no sender that we know does.
    UnsupportedEncoding = "unsupported-encoding", UNSUPPORTED_MEDIA_TYPE;
    /// The `Host` cannot be ours.
    BadHost = "bad-host", BAD_REQUEST;
    /// Not now: the database does not answer, or the process starts or stops.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
    /// A fault of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR;
}

/// Seconds after which a sender may try again when the database does not answer.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("30");

/// An error answer.
#[derive(Debug, Clone, Copy)]
pub struct Problem(Code);

impl Problem {
    /// An error answer with this code.
    pub const fn new(code: Code) -> Self {
        Self(code)
    }

    /// Its code.
    pub const fn code(self) -> Code {
        self.0
    }

    /// The body, in one language.
    pub fn body(self, lang: Lang, request_id: &str) -> String {
        let title = lang.text(&format!("problem-{}", self.0.as_str()), &[]);
        serde_json::json!({
            "type": "about:blank",
            "status": self.0.status().as_u16(),
            "code": self.0.as_str(),
            "title": title,
            "requestId": request_id,
        })
        .to_string()
    }
}

impl IntoResponse for Problem {
    /// The status now; the body is written by [`super::observe`], which knows the language and the request's id.
    fn into_response(self) -> Response<Body> {
        let mut response = self.0.status().into_response();
        if self.0 == Code::Unavailable {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if self.0 == Code::Unauthorized {
            // Some clients send what they know only after they were asked for it.
            let challenge = HeaderValue::from_static("Basic realm=\"grabfeed\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer to a request whose handler panicked; the process goes on.
pub fn after_panic(_panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    error!(event = "web.handler-panicked");
    Problem::new(Code::Internal).into_response()
}
