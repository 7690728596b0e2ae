//! What other pages try with the owner's browser.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Browser;
use crate::support::account;
use crate::web::Running;

/// Another page of the same site, to which the browser sends our cookie along: its only form goes to our sign-out.
async fn evil_site(target: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let page = format!("<!doctype html><form method=post action='{target}'><button>x</button></form>");
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://evil.nas.lan:{port}/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_pages_form_cannot_act_for_the_owner() {
    let running = Running::usual().await;
    let cookie = running.sign_in().await;
    let home = running.service.url.replace("127.0.0.1", "nas.lan");
    let browser = Browser::start().await;
    browser.page.goto(&format!("{home}/login")).await.unwrap();
    let script = format!("document.cookie = '{cookie}; path=/; samesite=lax'");
    browser.page.execute(&script, Vec::new()).await.unwrap();

    browser.page.goto(&evil_site(format!("{home}/logout")).await).await.unwrap();
    browser.press("/logout").await;
    assert_eq!(browser.path().await, "/logout");
    assert!(browser.text(".bad").await.contains("Une autre page web"));
    browser.page.goto(&format!("{home}/account")).await.unwrap();
    assert_eq!(browser.path().await, "/account", "the session lives on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_of_a_browser_is_shown_as_text_whatever_it_says() {
    const NAME: &str = "\"><img src=x onerror=alert(1)><script>alert(2)</script>";
    let running = Running::usual().await;
    running.make_account().await;
    let body = json!({ "name": account::NAME, "password": account::PASSWORD });
    let reply = running.http.post_json(&running.url("/api/v1/session"), &[("user-agent", NAME)], &body).await;
    let cookie = account::cookie_of(&reply);
    let home = running.service.url.replace("127.0.0.1", "nas.lan");
    let browser = Browser::start().await;
    browser.page.goto(&format!("{home}/login")).await.unwrap();
    browser.page.execute(&format!("document.cookie = '{cookie}; path=/'"), Vec::new()).await.unwrap();
    browser.page.goto(&format!("{home}/account")).await.unwrap();
    assert_eq!(browser.text("tbody td:nth-child(2)").await, NAME);
    assert_eq!(browser.complaints().await, [""; 0], "nothing was even tried");
}
