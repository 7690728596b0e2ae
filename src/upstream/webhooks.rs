//! The webhooks that an app has saved, and its own test of one.
//!
//! An app that could not reach a receiver leaves it alone for up to an hour and repeats nothing; its test of the saved
//! webhook, if it goes well, ends that at once (`NotificationStatusService.cs` of the apps). Must not know: when that is
//! worth asking for.

use serde_json::Value;
use url::Url;

use super::connection::Upstream;
use super::error::ApiError;

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

/// The webhooks of one app, as something that can be asked for.
pub struct Webhooks<'a> {
    upstream: &'a Upstream,
    /// Such as `api/v3`.
    api: &'a str,
}

impl<'a> Webhooks<'a> {
    pub(super) const fn new(upstream: &'a Upstream, api: &'a str) -> Self {
        Self { upstream, api }
    }

    /// Those that the app has saved.
    pub async fn saved(&self) -> Result<Vec<SavedWebhook>, ApiError> {
        let path = format!("{}/notification", self.api);
        let request = self.upstream.request("notification", &path, &[]);
        let parse = |body: &[u8]| {
            let all: Vec<Value> = serde_json::from_slice(body).ok()?;
            Some(all.into_iter().take(MAX_WEBHOOKS).filter_map(SavedWebhook::from_resource).collect())
        };
        self.upstream.get(&request, &parse).await
    }

    /// Makes the app send its test to one. The error is also that the test came to nothing.
    pub async fn test(&self, webhook: &SavedWebhook) -> Result<(), ApiError> {
        let path = format!("{}/notification/test", self.api);
        self.upstream.post("notification-test", &path, &webhook.resource).await
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
