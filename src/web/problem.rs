//! The one shape of errors: `application/problem+json` (RFC 9457) with a stable code and a sentence in French or
//! English. What went wrong inside is told to the log, never here.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use tracing::error;

use crate::admin::AdminError;
use crate::auth::oidc::ProviderRefusal;
use crate::auth::password_rules::Weakness;
use crate::ops::text::Lang;
use crate::store::StoreError;
use crate::web::outgoing::NotSent;

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
    /// A webhook without its secret, or with a wrong one.
    WrongWebhookSecret = "wrong-webhook-secret", UNAUTHORIZED;
    /// The key lacks the scope.
    Forbidden = "forbidden", FORBIDDEN;
    /// A key would make another that opens more than itself, or for longer.
    BeyondOwnKey = "beyond-own-key", FORBIDDEN;
    /// A key in the query string.
    KeyInQuery = "key-in-query", UNAUTHORIZED;
    /// A feed belongs to a key, and an administrator who is signed in has none.
    KeyNeeded = "key-needed", FORBIDDEN;
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
    BadHost = "bad-host", MISDIRECTED_REQUEST;
    /// Another site's page made the browser ask.
    CrossSite = "cross-site", FORBIDDEN;
    /// The body is not of the type that the route takes.
    ContentType = "content-type", UNSUPPORTED_MEDIA_TYPE;
    /// The body is no form.
    FormType = "form-type", UNSUPPORTED_MEDIA_TYPE;
    /// A value cannot be used; the field says which.
    Invalid = "invalid-value", BAD_REQUEST;
    /// The name is taken.
    NameTaken = "name-taken", CONFLICT;
    /// The state of the thing does not allow it.
    Conflict = "conflict", CONFLICT;
    /// Too many attempts failed; how long to wait is in `Retry-After`.
    Throttled = "too-many-attempts", TOO_MANY_REQUESTS;
    /// The name or the password is wrong; which of them is not told.
    SignInFailed = "sign-in-failed", UNAUTHORIZED;
    /// The present password is wrong.
    WrongPassword = "wrong-password", FORBIDDEN;
    /// The new password is too short or known to everybody.
    WeakPassword = "weak-password", BAD_REQUEST;
    /// A sign-in by way of a provider that is not under way, or not in this browser.
    SignInOver = "sign-in-over", BAD_REQUEST;
    /// The provider does not vouch for the person, or the settings do not list them.
    NotAllowedHere = "not-allowed-here", FORBIDDEN;
    /// There is no account yet.
    NotSetUp = "not-set-up", CONFLICT;
    /// The set-up token is wrong.
    BadSetupToken = "bad-setup-token", UNAUTHORIZED;
    /// Another service that we need for the answer failed.
    UpstreamFailed = "upstream-failed", BAD_GATEWAY;
    /// Not now: the database does not answer, or the process starts or stops.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
    /// A fault of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR;
}

/// Seconds after which a sender may try again when the database does not answer.
const RETRY_AFTER_SECONDS: u64 = 30;

/// An error answer.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What failed inside: for the log, never for the caller.
    cause: Option<Cause>,
    code: Code,
    retry_after_seconds: Option<u64>,
    field: Option<&'static str>,
    asks_for_basic: bool,
    weakness: Option<Weakness>,
}

/// The failure of the database behind an answer. It travels beside the answer to [`super::middleware::observe`], which
/// logs it once, with the request's id.
#[derive(Debug, Clone)]
pub struct Cause(Arc<StoreError>);

impl Cause {
    /// The failure.
    pub fn failure(&self) -> &StoreError {
        &self.0
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotFound => Self::new(Code::NotFound),
            AdminError::NameTaken => Self::new(Code::NameTaken),
            AdminError::Invalid(field) => Self::invalid(field),
            AdminError::BeyondOwn(field) => Self::new(Code::BeyondOwnKey).about(field),
            AdminError::Conflict => Self::new(Code::Conflict),
            AdminError::TooManyAttempts(wait) => Self::throttled(wait),
            AdminError::SignInFailed => Self::new(Code::SignInFailed),
            AdminError::WrongPassword => Self::new(Code::WrongPassword),
            AdminError::WeakPassword(weakness) => Self::weak_password(weakness),
            AdminError::BadSetupToken => Self::new(Code::BadSetupToken),
            AdminError::ProviderRefused(refusal) => Self::new(provider_code(refusal)),
            AdminError::Unreadable => Self::new(Code::BadRequest),
            AdminError::Busy => Self::new(Code::Unavailable),
            AdminError::Store(failure) => failure.into(),
        }
    }
}

/// The caller learns less than the log.
const fn provider_code(refusal: ProviderRefusal) -> Code {
    match refusal {
        ProviderRefusal::UnknownFlow | ProviderRefusal::OtherBrowser => Code::SignInOver,
        ProviderRefusal::NotSetUp => Code::NotSetUp,
        ProviderRefusal::Provider(error) if error.is_the_providers() => Code::UpstreamFailed,
        ProviderRefusal::ProviderReportsError | ProviderRefusal::Provider(_) => Code::NotAllowedHere,
    }
}

impl From<NotSent> for Problem {
    fn from(reason: NotSent) -> Self {
        match reason {
            NotSent::Gone => Self::new(Code::Gone),
            NotSent::NoRoom => Self::new(Code::Unavailable),
            NotSent::Store(failure) => failure.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(failure: StoreError) -> Self {
        match failure {
            StoreError::NameTaken => Self::new(Code::NameTaken),
            failure => Arc::new(failure).into(),
        }
    }
}

impl From<Arc<StoreError>> for Problem {
    fn from(failure: Arc<StoreError>) -> Self {
        Self { cause: Some(Cause(failure)), ..Self::new(Code::Unavailable) }
    }
}

impl Problem {
    /// An error answer with this code.
    pub const fn new(code: Code) -> Self {
        let retry_after_seconds = match code {
            Code::Unavailable => Some(RETRY_AFTER_SECONDS),
            _ => None,
        };
        Self { cause: None, code, retry_after_seconds, field: None, asks_for_basic: false, weakness: None }
    }

    /// A value that cannot be used, by the name of its field or parameter.
    pub fn invalid(field: &'static str) -> Self {
        Self { field: Some(field), ..Self::new(Code::Invalid) }
    }

    /// The same, and the name of the field that it is about.
    #[must_use]
    pub fn about(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// A new password that cannot be used; `reason` and `detail` say why.
    pub fn weak_password(weakness: Weakness) -> Self {
        let weakness = Some(weakness);
        Self { field: Some("password"), weakness, ..Self::new(Code::WeakPassword) }
    }

    /// Too many attempts: the next one is taken after this time.
    pub fn throttled(wait: Duration) -> Self {
        // Rounded up: who waits as told must not be told again.
        Self { retry_after_seconds: Some(wait.as_secs() + 1), ..Self::new(Code::Throttled) }
    }

    /// The same, for who can show Basic credentials only after being asked for them.
    #[must_use]
    pub fn asking_for_basic(self) -> Self {
        Self { asks_for_basic: true, ..self }
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What failed inside, if that is why.
    pub const fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }

    /// After how many seconds to try again, if that is known.
    pub const fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after_seconds
    }

    /// What it says to a person who has typed something: why exactly a password cannot be used, where that is it.
    pub fn reason(&self, lang: Lang) -> String {
        self.weakness.map_or_else(|| self.sentence(lang), |weakness| weakness.text(lang))
    }

    /// What it says to a person.
    pub fn sentence(&self, lang: Lang) -> String {
        lang.text(&format!("problem-{}", self.code.as_str()), &[])
    }

    /// The body, in one language.
    pub fn body(&self, lang: Lang, request_id: &str) -> String {
        let title = self.sentence(lang);
        let mut body = serde_json::json!({
            "type": "about:blank",
            "status": self.code.status().as_u16(),
            "code": self.code.as_str(),
            "title": title,
            "requestId": request_id,
        });
        if let Some(field) = self.field {
            body["field"] = field.into();
        }
        if let Some(weakness) = self.weakness {
            body["reason"] = weakness.code().into();
            body["detail"] = weakness.text(lang).into();
        }
        body.to_string()
    }
}

impl IntoResponse for Problem {
    /// The status now; the body is written by [`crate::web::middleware::observe`], which knows the language and the request's id.
    fn into_response(self) -> Response<Body> {
        let mut response = self.code.status().into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.asks_for_basic {
            let challenge = HeaderValue::from_static("Basic realm=\"grabfeed\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(cause) = self.cause.clone() {
            response.extensions_mut().insert(cause);
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_one_failed_request() {
        async fn broken() -> &'static str {
            panic!("test-secret-in-a-panic")
        }
        let routes = Router::new().route("/broken", get(broken)).route("/ping", get(|| async { "pong" }));
        let routes = routes.layer(CatchPanicLayer::custom(after_panic));
        for (path, status) in [("/broken", 500), ("/ping", 200), ("/broken", 500)] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = routes.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{path}");
            let problem = answer.extensions().get::<Problem>().cloned();
            assert_eq!(problem.is_some(), status == 500);
            let told = problem.map(|problem| problem.body(Lang::En, "id")).unwrap_or_default();
            assert!(!format!("{told:?}").contains("test-secret"), "{told:?}");
        }
    }
}
