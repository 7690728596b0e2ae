//! Links that apps and Prowlarr give lead to the Internet, and to nobody of the household whom no setting names (C48).

use std::time::Duration;

use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, Target};

use crate::support::database::Home;
use crate::support::service::{Household, Plan, Service, small};

/// Lets Radarr give the tracker's own link, and Prowlarr redirect to the tracker; how both grabs end.
async fn ends(household: &Household, service: &Service, night: &str) -> [String; 2] {
    let titles = ["Direct", "Redirected"].map(|way| format!("{way}.{night}.2026-GRP"));
    for (title, way) in titles.iter().zip([DownloadUrl::Direct, DownloadUrl::Proxy]) {
        let release = household.world.release(title, "Alpha", small()).unwrap();
        household.world.fault(Target::Release(release), Fault::TrackerRedirect, u32::MAX);
        let options = GrabOptions { download_url: way, ..GrabOptions::default() };
        assert!(household.world.grab("radarr", release, options).await.unwrap().grabbed);
    }
    household.settle(service, Duration::from_hours(1)).await;
    [household.state_of(&titles[0]).await, household.state_of(&titles[1]).await]
}

#[tokio::test]
async fn a_private_place_is_reached_by_links_only_if_a_setting_names_it() {
    let household = Household::new(Home::file(), Plan::default()).await;
    let service = household.start().await;
    let refused = "failed address-refused";
    assert_eq!(ends(&household, &service, "First").await, [refused, refused]);
    service.stop().await;

    let tracker = household.world.tracker_url().to_owned();
    let service = household.launch(vec![("NETWORK__LINK_SOURCES", tracker)]).await;
    household.connect_webhooks(&service).await;
    assert_eq!(ends(&household, &service, "Second").await, ["ready", "ready"]);
    service.stop().await;
}
