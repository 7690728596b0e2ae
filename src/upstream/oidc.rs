//! The way of the OpenID Connect library to the network: our own client, with its limits and without redirects.
//!
//! The library brings the protocol and no client. What it asks for may come from the provider's own description, so
//! every URL passes the address policy. Must not know: what is asked, or what an answer means.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use super::http::{BodyError, Http, read_limited};
use super::transport::TransportFault;
use crate::domain::time::Ts;

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer, in bytes; descriptions and sets of keys are a few kilobytes.
const MAX_BYTES: usize = 256 * 1024;

/// Makes the requests of the OpenID Connect library.
#[derive(Clone)]
pub struct OidcHttp {
    http: Http,
}

impl OidcHttp {
    /// Through this client.
    pub const fn new(http: Http) -> Self {
        Self { http }
    }

    /// The current moment.
    pub fn now(&self) -> Ts {
        self.http.now()
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, BodyError> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|_| TransportFault::Malformed)?;
        let request =
            self.http.request(head.method, url).map_err(|_refused| TransportFault::AddressRefused)?;
        // The time runs until the end of the body.
        let request = request.headers(head.headers).body(body).timeout(TIMEOUT);
        let response = request.send().await.map_err(|error| TransportFault::from_error(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = HttpResponse::new(read_limited(response, MAX_BYTES).await?);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for OidcHttp {
    type Error = BodyError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, BodyError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}
