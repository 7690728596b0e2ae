//! Behind a reverse proxy that gives us one path: everything is below it, and nothing beside it.

use super::{Running, SECRET, SETTLED};
use crate::support::process::{Service, free_port, run};
use crate::support::service::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_below_the_url_base_and_links_say_so() {
    let settings = [("SERVER__URL_BASE", "/grab"), ("APPS__0__WEBHOOK_SECRET", SECRET)];
    let settings = settings.map(|(name, value)| (name, value.to_owned())).into();
    let running = Running::with(Plan { settings, ..Plan::default() }).await;
    let feed = running.home.feed().await;
    let key = running.key("read,metrics").await;
    let key = [("x-api-key", key.as_str())];
    for path in ["/ping", "/health/live", "/health/ready", "/metrics", "/api/v1/grabs"] {
        assert_eq!(running.http.get_with(&running.url(&format!("/grab{path}")), &key).await.status, 200);
        assert_eq!(running.http.get_with(&running.url(path), &key).await.status, 401, "{path}");
    }
    for path in ["/grab", "/grab/"] {
        let reply = running.http.get(&running.url(path)).await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, "/grab/login?return=%2Fgrab%2F"),
            "{path}"
        );
    }
    for path in ["/grabbed/ping", "/grab/grab/ping", "/grab/nothing"] {
        let reply = running.http.get_with(&running.url(path), &key).await;
        assert_eq!((reply.status, &reply.json()["code"]), (401, &"unauthorized".into()), "{path}");
    }

    running.home.grab("sonarr", "A.Series.S01E01-GRP", "Beta").await;
    // The webhook went beside the base and was refused; the history tells of the grab all the same.
    running.home.advance(&running.service, SETTLED).await;
    running.home.settle(&running.service, SETTLED).await;
    let hook = [("x-webhook-token", SECRET)];
    let test = serde_json::json!({ "eventType": "Test" });
    for (path, status) in [("/grab/hooks/radarr", 200), ("/hooks/radarr", 401)] {
        assert_eq!(running.http.post_json(&running.url(path), &hook, &test).await.status, status, "{path}");
    }
    let (_, link) = running.items(&format!("/grab{feed}")).await.remove(0);
    assert!(link.starts_with(&running.url("/grab/d/")), "{link}");
    assert_eq!(running.http.get(&link).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_print_addresses_that_the_service_answers() {
    let data = tempfile::tempdir().unwrap();
    let port = free_port();
    let setting = |name: &str, value: &str| (format!("GRABFEED__{name}"), value.to_owned());
    let environment = [
        setting("SERVER__PORT", &port.to_string()),
        setting("SERVER__HOST", "127.0.0.1"),
        setting("SERVER__URL_BASE", "/grab"),
        setting("SERVER__PUBLIC_URL", &format!("http://127.0.0.1:{port}")),
        setting("APPS__0__NAME", "films"),
        setting("APPS__0__TYPE", "radarr"),
        setting("APPS__0__URL", "http://127.0.0.1:9"),
        setting("APPS__0__API_KEY", "test-key-radarr"),
    ];
    let service = Service::launch(data.path(), port, &environment);
    let said = |arguments: &[&str]| {
        let output = run(data.path(), &environment, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let limit = std::time::Duration::from_secs(30);
    crate::support::wait::until("the service is ready", limit, async || {
        run(data.path(), &environment, &["healthcheck"]).status.success().then_some(())
    })
    .await;

    let http = crate::support::http::Http::new();
    assert_eq!(http.get(said(&["feed", "create", "one"]).trim()).await.status, 200);
    let webhook = said(&["app", "webhook", "films", "--lang", "en"]);
    let url = webhook.lines().find_map(|line| line.strip_prefix("URL: ")).unwrap();
    let secret = webhook.lines().find_map(|line| line.split_once("X-Webhook-Token = ")).unwrap().1;
    let test = serde_json::json!({ "eventType": "Test" });
    assert_eq!(http.post_json(url, &[("x-webhook-token", secret)], &test).await.status, 200);
    assert!(service.stop(), "it stops in order");
}
