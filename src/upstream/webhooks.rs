//! The webhooks that an app has saved, and its own test of one.
//!
//! An app that could not reach a receiver leaves it alone for up to an hour and repeats nothing; its test of the saved
//! webhook, if it goes well, ends that at once (`NotificationStatusService.cs` of the apps). Must not know: when that is
//! worth asking for.

use serde_json::Value;
use url::Url;

use super::connection::Upstream;
use super::error::{ApiError, Fault};

/// The most webhooks of an app that are looked at.
const MAX_WEBHOOKS: usize = 200;

/// A webhook as the app keeps it. It holds secrets, hence no `Debug`.
pub struct SavedWebhook {
    resource: Value,
    url: Url,
}

impl SavedWebhook {
    fn from_resource(resource: Value) -> Option<Self> {
        let text = |name: &str| resource.get(name)?.as_str();
        if text("implementation")? != "Webhook" || resource.get("id")?.as_i64()? == 0 {
            return None;
        }
        let fields = resource.get("fields")?.as_array()?;
        let url = fields.iter().find(|field| field.get("name").and_then(Value::as_str) == Some("url"))?;
        let url = Url::parse(url.get("value")?.as_str()?.trim()).ok()?;
        Some(Self { resource, url })
    }

    /// The path that it is sent to, without a slash at its end.
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }
}

/// The webhooks among an app's connections.
pub(super) async fn saved(upstream: &Upstream, api: &str) -> Result<Vec<SavedWebhook>, ApiError> {
    let path = format!("{api}/notification");
    let request = upstream.request("notification", &path, &[]);
    let parse = |body: &[u8]| {
        let all: Vec<Value> = serde_json::from_slice(body).ok()?;
        Some(all.into_iter().take(MAX_WEBHOOKS).filter_map(SavedWebhook::from_resource).collect())
    };
    upstream.get(&request, &parse).await
}

/// Makes the app send its test to a webhook. The error is also that the test came to nothing.
pub(super) async fn test(upstream: &Upstream, api: &str, webhook: &SavedWebhook) -> Result<(), ApiError> {
    let path = format!("{api}/notification/test");
    match upstream.post("notification-test", &path, &webhook.resource).await {
        Ok(()) => Ok(()),
        Err(error) => Err(ApiError { fault: of_test(error.fault), ..error }),
    }
}

/// An app answers 400 with what it found when its test failed.
const fn of_test(fault: Fault) -> Fault {
    match fault {
        Fault::ServerError(status) => Fault::Refused(status),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(implementation: &str, url: &str) -> Value {
        json!({ "id": 1, "implementation": implementation, "fields": [
            { "name": "method", "value": 1 }, { "name": "url", "value": url } ] })
    }

    #[test]
    fn only_webhooks_with_an_address_are_read() {
        let path = |resource| SavedWebhook::from_resource(resource).map(|webhook| webhook.path().to_owned());
        assert_eq!(
            path(resource("Webhook", " http://grabfeed:4722/hooks/radarr/ ")).as_deref(),
            Some("/hooks/radarr")
        );
        assert_eq!(path(resource("Discord", "http://grabfeed/hooks/radarr")), None);
        assert_eq!(path(resource("Webhook", "grabfeed")), None);
        assert_eq!(path(json!({ "implementation": "Webhook", "fields": [] })), None);
        assert_eq!(path(json!([1])), None);
    }
}
