//! Pictures of the pages, in both languages and two widths, for people to look at: `cargo xtask screenshots`.

use std::path::Path;

use super::Browser;
use crate::support::service::Plan;
use crate::web::Running;

const TOKEN: &str = "test-setup-token-of-the-pictures";
const PASSWORD: &str = "test password of several words";
/// Widths of a telephone and of a desk, in pixels.
const WIDTHS: [u32; 2] = [390, 1280];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes pictures"]
async fn write_a_picture_of_every_page() {
    let running = Running::with(Plan::with("AUTH__SETUP_TOKEN", TOKEN)).await;
    let home = &running.service.url;
    let browser = Browser::start().await;
    let folder = Path::new("target/screenshots");
    std::fs::create_dir_all(folder).unwrap();

    take(&browser, home, "/setup", folder).await;
    for (id, text) in [("token", TOKEN), ("name", "owner"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, text).await;
    }
    browser.press("/setup").await;
    for path in ["/", "/account", "/not-there"] {
        take(&browser, home, path, folder).await;
    }
    browser.page.goto(home).await.unwrap();
    browser.press("/logout").await;
    take(&browser, home, "/login", folder).await;
}

async fn take(browser: &Browser, home: &str, path: &str, folder: &Path) {
    let name = path.trim_start_matches('/');
    let name = if name.is_empty() { "home" } else { name };
    for width in WIDTHS {
        browser.page.set_window_size(width, 900).await.unwrap();
        browser.page.goto(&format!("{home}{path}")).await.unwrap();
        let picture = browser.page.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}-{width}.png")), picture).unwrap();
    }
}
