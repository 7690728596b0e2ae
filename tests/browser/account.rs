//! From the first run to a changed password, over plain HTTP in a household and over HTTPS behind a proxy.

use super::Browser;
use crate::support::service::Plan;
use crate::web::Running;

const TOKEN: &str = "test-setup-token-of-the-browser";
const PASSWORD: &str = "test password of several words";
const OTHER: &str = "another test password, just as long";

/// The service under the name that a household gives it.
fn at_home(running: &Running) -> String {
    running.service.url.replace("127.0.0.1", "nas.lan")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_user_sets_up_signs_in_and_changes_the_password_over_plain_http() {
    let running = Running::with(Plan::with("AUTH__SETUP_TOKEN", TOKEN)).await;
    let home = at_home(&running);
    let browser = Browser::start().await;

    browser.page.goto(&home).await.unwrap();
    assert_eq!(browser.path().await, "/setup", "without an account every page leads to the set-up");
    assert!(browser.text(".warn").await.contains("HTTPS"), "{}", browser.text("main").await);
    for (id, text) in [("token", TOKEN), ("name", "owner"), ("password", PASSWORD), ("again", OTHER)] {
        browser.fill(id, text).await;
    }
    browser.press("/setup").await;
    assert_eq!(browser.text(".bad").await, "Les deux mots de passe ne sont pas les mêmes.");
    for (id, text) in [("token", TOKEN), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, text).await;
    }
    browser.press("/setup").await;
    assert_eq!(browser.path().await, "/", "{}", browser.text("main").await);
    assert_eq!(browser.text("h1").await, "Vue d’ensemble");
    let cookie = browser.page.get_named_cookie("grabfeed").await.unwrap();
    assert_eq!((cookie.http_only(), cookie.secure()), (Some(true), Some(false)));

    browser.press("/logout").await;
    assert_eq!(browser.path().await, "/login");
    browser.page.goto(&format!("{home}/account")).await.unwrap();
    assert_eq!(browser.path().await, "/login");
    sign_in(&browser, "owner", OTHER).await;
    assert!(browser.text(".bad").await.contains("nom ou le mot de passe est faux"));
    sign_in(&browser, "owner", PASSWORD).await;
    assert_eq!(browser.path().await, "/account", "back to the page that was asked for");

    for (id, text) in [("current", PASSWORD), ("new", OTHER), ("again", OTHER)] {
        browser.fill(id, text).await;
    }
    browser.press("/account/password").await;
    assert!(browser.text(".good").await.contains("Le mot de passe est changé"));
    browser.page.goto(&format!("{home}/setup")).await.unwrap();
    assert_eq!(browser.text("h1").await, "Un problème est survenu", "the set-up is gone for ever");
    assert_eq!(browser.complaints().await, [""; 0]);
}

async fn sign_in(browser: &Browser, name: &str, password: &str) {
    browser.fill("name", name).await;
    browser.fill("password", password).await;
    browser.press("/login").await;
}
