//! A provider that keeps to the standard, except where a test has it do something else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::{StreamExt, stream};
use grabfeed::domain::time::Ts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::token::{Signer, Token, key_id, key_set};
use crate::support::service::START;

pub(super) const CLIENT: &str = "grabfeed";
pub(super) const SECRET: &str = "test-client-secret-0123456789";
pub(super) const SUBJECT: &str = "test-subject-1";
pub(super) const ACCESS_TOKEN: &str = "test-access-token-0123456789";

/// What an address answers in place of the right thing.
#[derive(Clone)]
pub(super) enum Fault {
    Status(u16),
    Html,
    Redirect,
    /// A body without end.
    Endless,
    /// A body that stays out.
    Silent,
    /// The right answer, changed.
    Json(Change),
}

/// A change of an answer.
type Change = Arc<dyn Fn(&mut Value) + Send + Sync>;

impl Fault {
    pub(super) fn json(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Json(Arc::new(change))
    }
}

/// A running provider. Its people sign in without being asked anything.
#[derive(Clone)]
pub(super) struct Provider {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    now: Ts,
    key: u8,
    secret: Option<&'static str>,
    faults: BTreeMap<&'static str, Fault>,
    alter: Arc<dyn Fn(&mut Token) + Send + Sync>,
    person: Value,
    /// Codes with what was asked when they were given out.
    codes: BTreeMap<String, Asked>,
    requests: Vec<String>,
}

#[derive(Clone)]
struct Asked {
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            now: START,
            key: 1,
            secret: Some(SECRET),
            faults: BTreeMap::new(),
            alter: Arc::new(|_| {}),
            person: json!({}),
            codes: BTreeMap::new(),
            requests: Vec::new(),
        };
        let provider = Self { url, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new().fallback(any(answer)).with_state(provider.clone());
        tokio::spawn(async move { axum_serve(listener, router).await });
        provider
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Its clock.
    pub(super) fn is_now(&self, now: Ts) {
        self.inner().now = now;
    }

    /// Signs with another key from now on.
    pub(super) fn rotate(&self, key: u8) {
        self.inner().key = key;
    }

    /// Knows us as a public client.
    pub(super) fn has_no_secret(&self) {
        self.inner().secret = None;
    }

    /// What user info says besides the subject.
    pub(super) fn says_of_the_person(&self, person: Value) {
        self.inner().person = person;
    }

    /// Changes every token before it is signed.
    pub(super) fn alters(&self, alter: impl Fn(&mut Token) + Send + Sync + 'static) {
        self.inner().alter = Arc::new(alter);
    }

    /// Has an address do something else.
    pub(super) fn fails(&self, path: &'static str, fault: Fault) {
        self.inner().faults.insert(path, fault);
    }

    pub(super) fn recovers(&self) {
        self.inner().faults.clear();
    }

    /// How often an address was asked.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.inner().requests.iter().filter(|asked| *asked == path).count()
    }

    fn right_answer(&self, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        match path {
            "/.well-known/openid-configuration" => json_answer(&self.description()),
            "/jwks" => json_answer(&key_set(self.inner().key)),
            "/authorize" => self.authorize(query),
            "/token" => self.redeem(headers, body),
            "/userinfo" => {
                let right = format!("Bearer {ACCESS_TOKEN}");
                if headers.get(header::AUTHORIZATION).is_none_or(|shown| shown != right.as_str()) {
                    return StatusCode::UNAUTHORIZED.into_response();
                }
                let mut person = self.inner().person.clone();
                if person["sub"].is_null() {
                    person["sub"] = SUBJECT.into();
                }
                json_answer(&person)
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn description(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.url);
        json!({
            "issuer": self.url,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "EdDSA"],
            "code_challenge_methods_supported": ["S256"],
        })
    }

    fn authorize(&self, query: &str) -> Response {
        let asked: BTreeMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43);
        let mut inner = self.inner();
        let code = format!("test-code-{}", inner.codes.len());
        let redirect_uri = asked["redirect_uri"].clone();
        let mut back = url::Url::parse(&redirect_uri).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
        back.query_pairs_mut().append_pair("iss", &self.url);
        let asked =
            Asked { nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone(), redirect_uri };
        inner.codes.insert(code, asked);
        (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
    }

    fn redeem(&self, headers: &HeaderMap, body: &[u8]) -> Response {
        let shown: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let mut inner = self.inner();
        let credentials = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let known = match inner.secret {
            Some(secret) => {
                credentials == Some(format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}"))))
            }
            None => credentials.is_none() && shown.get("client_id").is_some_and(|id| id == CLIENT),
        };
        if !known {
            return refusal("invalid_client");
        }
        let Some(asked) = shown.get("code").and_then(|code| inner.codes.remove(code)) else {
            return refusal("invalid_grant");
        };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&shown["code_verifier"]));
        if challenge != asked.challenge || shown["redirect_uri"] != asked.redirect_uri {
            return refusal("invalid_grant");
        }
        let seconds = inner.now.seconds();
        let mut token = Token {
            header: json!({ "alg": "EdDSA", "kid": key_id(inner.key) }),
            claims: json!({
                "iss": self.url, "aud": CLIENT, "sub": SUBJECT, "nonce": asked.nonce,
                "iat": seconds, "exp": seconds + 300,
            }),
            signer: Signer::Key(inner.key),
        };
        let alter = Arc::clone(&inner.alter);
        drop(inner);
        alter(&mut token);
        let token = token.text();
        json_answer(&json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": token }))
    }
}

async fn axum_serve(listener: TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let service = hyper_util::service::TowerToHyperService::new(router.clone());
        let stream = hyper_util::rt::TokioIo::new(stream);
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(stream, service));
    }
}

async fn answer(State(provider): State<Provider>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    provider.inner().requests.push(path.clone());
    let fault = provider.inner().faults.get(path.as_str()).cloned();
    let right = || provider.right_answer(&path, head.uri.query().unwrap_or_default(), &head.headers, &body);
    let endless = || stream::repeat(Bytes::from_static(&[b' '; 8192])).map(Ok::<_, std::io::Error>);
    match fault {
        None => right(),
        Some(Fault::Status(status)) => {
            (StatusCode::from_u16(status).unwrap(), "test-body-of-the-provider").into_response()
        }
        Some(Fault::Html) => ([(header::CONTENT_TYPE, "text/html")], "<h1>test</h1>").into_response(),
        Some(Fault::Redirect) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, format!("{}/elsewhere", provider.url))])
                .into_response()
        }
        Some(Fault::Endless) => {
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(endless())).into_response()
        }
        Some(Fault::Silent) => {
            Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()).into_response()
        }
        Some(Fault::Json(change)) => {
            let body = axum::body::to_bytes(right().into_body(), 100_000).await.unwrap();
            let mut json = serde_json::from_slice(&body).unwrap();
            change(&mut json);
            json_answer(&json)
        }
    }
}

fn json_answer(json: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}

fn refusal(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, json_answer(&json!({ "error": error }))).into_response()
}
