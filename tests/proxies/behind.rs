//! What is seen through each proxy: the client's address, HTTPS, the address that feeds name.

use std::net::Ipv4Addr;

use super::site::Site;
use super::{caddy, haproxy, nginx};
use crate::clients_real::program::{LIMIT, Program, folder};
use crate::support::database::Home;
use crate::support::process::{Service, free_port};
use crate::support::service::{Household, Plan};
use crate::support::wait::until;
use crate::web::{SETTLED, items_of};

/// A name that a household may use and nobody can own.
const NAME: &str = "grab.home.arpa";
const PATH: &str = "/grab";
/// A machine of the household, as far as the loopback interface can play one.
const CLIENT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 5);

/// What starts a proxy: the site, the service's port, the path.
type Start = fn(&Site, u16, &str) -> Program;

/// What clients write who want to be taken for somebody else.
const CLAIMS: [(&str, &str); 3] = [
    ("x-forwarded-for", "203.0.113.7, 198.51.100.9"),
    ("x-forwarded-for", "127.0.0.1"),
    ("forwarded", "for=203.0.113.7;proto=http;host=evil.example"),
];

async fn proxy_answers(proxy: &mut Program, site: &Site, client: &reqwest::Client) {
    until("the proxy answers", LIMIT, async || {
        proxy.assert_running();
        let answer = client.get(site.url("/grab/ping")).send().await.ok()?;
        (answer.status() == 200).then_some(())
    })
    .await;
}

async fn a_feed_and_its_torrents_are_reached_by_the_address_that_the_client_used(start: Start) {
    let settings = [("SERVER__URL_BASE", PATH), ("SERVER__TRUSTED_PROXIES", "127.0.0.1")];
    let settings = settings.map(|(name, value)| (name, value.to_owned())).into();
    let home = Household::new(Home::file(), Plan { settings, ..Plan::default() }).await;
    let service = home.start().await;
    let feed = home.feed().await;
    home.rest(&service).await; // the first look at the histories is over
    home.grab("sonarr", "A.Series.S01E01-GRP", "Beta").await;
    // The household's webhooks do not know of the path; the history tells of the grab.
    home.advance(&service, SETTLED).await;
    home.settle(&service, SETTLED).await;

    let site = Site::new(NAME);
    let port = service.url.rsplit(':').next().unwrap().parse().unwrap();
    let mut proxy = start(&site, port, PATH);
    let client = site.client(CLIENT);
    proxy_answers(&mut proxy, &site, &client).await;
    let request =
        CLAIMS.iter().fold(client.get(site.url(&format!("{PATH}{feed}"))), |request, (name, value)| {
            request.header(*name, *value)
        });
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let (_, link) = items_of(&answer.bytes().await.unwrap()).remove(0);
    assert!(link.starts_with(&site.url("/grab/d/")), "{link}");
    let torrent = client.get(link).send().await.unwrap();
    assert_eq!(
        (torrent.status().as_u16(), &torrent.headers()["content-type"]),
        (200, &"application/x-bittorrent".parse().unwrap())
    );
    // Beside the path there is nothing of ours; Caddy then answers 200 by itself.
    let beside = client.get(site.url("/ping")).send().await.unwrap();
    assert!(!beside.headers().contains_key("x-request-id"));
}

async fn the_log_names_the_client_and_nobody_that_the_client_names(start: Start) {
    for (trusted, seen) in [("127.0.0.1", "address=127.0.0.5"), ("192.0.2.1", "address=127.0.0.1")] {
        let (data, site, port) = (folder(), Site::new(NAME), free_port());
        let setting = |name: &str, value: &str| (format!("GRABFEED__{name}"), value.to_owned());
        let environment = [setting("SERVER__URL_BASE", PATH), setting("SERVER__TRUSTED_PROXIES", trusted)];
        let service = Service::launch(data.path(), port, &environment);
        let mut proxy = start(&site, port, PATH);
        let client = site.client(CLIENT);
        proxy_answers(&mut proxy, &site, &client).await;
        let request = client.post(site.url("/grab/hooks/radarr"));
        let request = CLAIMS.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status(), 401);
        let line = until("the refusal is in the log", LIMIT, async || {
            service.log().lines().find(|line| line.contains("auth.refused")).map(str::to_owned)
        })
        .await;
        assert!(line.contains(seen), "{line}");
        assert!(service.stop());
    }
}

/// One test of each story for each proxy.
macro_rules! behind {
    ($($proxy:ident: $feed:ident, $log:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $feed() {
            a_feed_and_its_torrents_are_reached_by_the_address_that_the_client_used($proxy::start).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $log() {
            the_log_names_the_client_and_nobody_that_the_client_names($proxy::start).await;
        }
    )*};
}

behind! {
    nginx: nginx_leads_to_feeds_whose_links_lead_through_it, nginx_passes_the_clients_address_on;
    haproxy: haproxy_leads_to_feeds_whose_links_lead_through_it, haproxy_passes_the_clients_address_on;
    caddy: caddy_leads_to_feeds_whose_links_lead_through_it, caddy_passes_the_clients_address_on;
}
