//! Histories by pages, from apps that lack `history/since` or lie about their pages (H33).

use std::sync::Arc;

use grabfeed::domain::app::AppKind;
use grabfeed::domain::time::Ts;
use grabfeed::upstream::arr::{ArrClient, HistoryRow};
use grabfeed::upstream::error::{ApiError, Fault};
use grabfeed::upstream::observe::NoObserver;

use crate::support::raw_http::{RawServer, path, reply};
use crate::support::upstreams::{http, options};

/// An app without `history/since` whose pages, from page 1, are what `page` gives.
async fn old_app(page: impl Fn(usize) -> String + Send + Sync + 'static) -> RawServer {
    RawServer::replying(move |head, _| {
        if path(head).starts_with("/api/v3/history/since") {
            return reply("404 Not Found", &[], "{}");
        }
        let number = path(head).split("?page=").nth(1).unwrap().split('&').next().unwrap();
        let body =
            format!(r#"{{"page":1,"totalRecords":999999,"records":[{}]}}"#, page(number.parse().unwrap()));
        reply("200 OK", &[], body)
    })
    .await
}

/// A row as many minutes before noon as its number.
fn row(number: usize) -> String {
    let minutes = 12 * 60 - number;
    format!(
        r#"{{"id":{number},"eventType":"grabbed","sourceTitle":"t","date":"2026-01-05T{:02}:{:02}:00Z"}}"#,
        minutes / 60,
        minutes % 60
    )
}

async fn since(server: &RawServer, date: &str) -> Result<Vec<HistoryRow>, ApiError> {
    let base_url = server.url("");
    let options = options(AppKind::Radarr, &base_url);
    let client = ArrClient::new(http(&[&base_url]), options, Arc::new(NoObserver)).unwrap();
    client.history_since(Ts::parse_upstream(date).unwrap()).await
}

#[tokio::test]
async fn pages_are_walked_back_to_the_moment_and_no_further() {
    let server = old_app(|page| [row(page * 2), row(page * 2 + 1)].join(",")).await;
    let rows = since(&server, "2026-01-05T11:53:00Z").await.unwrap();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids, [7, 6, 5, 4, 3, 2]);
    assert_eq!(server.asked(), 1 + 4);
}

#[tokio::test]
async fn an_empty_page_is_the_end_whatever_the_total_says() {
    let server = old_app(|page| if page == 1 { row(1) } else { String::new() }).await;
    assert_eq!(since(&server, "2020-01-01T00:00:00Z").await.unwrap().len(), 1);
    assert_eq!(server.asked(), 1 + 2);
}

#[tokio::test]
async fn a_page_that_repeats_is_the_end_and_gives_no_row_twice() {
    let server = old_app(|_| [row(1), row(2)].join(",")).await;
    assert_eq!(since(&server, "2020-01-01T00:00:00Z").await.unwrap().len(), 2);
    assert_eq!(server.asked(), 1 + 2);
}

#[tokio::test]
async fn pages_without_end_are_given_up() {
    let server =
        old_app(|page| format!(r#"{{"id":{page},"eventType":1,"date":"2026-01-05T10:00:00Z"}}"#)).await;
    assert_eq!(since(&server, "2020-01-01T00:00:00Z").await.unwrap_err().fault, Fault::TooLarge);
    assert_eq!(server.asked(), 1 + 200);
}

#[tokio::test]
async fn a_page_that_fails_fails_the_walk() {
    let server = RawServer::replying(|head, _| match path(head) {
        since if since.contains("/since") => reply("405 Method Not Allowed", &[], ""),
        first if first.contains("page=1&") => reply("200 OK", &[], format!(r#"{{"records":[{}]}}"#, row(1))),
        _ => reply("400 Bad Request", &[], ""),
    })
    .await;
    assert_eq!(since(&server, "2020-01-01T00:00:00Z").await.unwrap_err().fault, Fault::Refused(400));
}

#[tokio::test]
async fn a_history_that_is_too_much_for_one_answer_is_read_by_pages_from_then_on() {
    let server = RawServer::replying(move |head, _| {
        if path(head).starts_with("/api/v3/history/since") {
            return reply("200 OK", &[], "[".to_owned() + &" ".repeat(65 << 20) + "]");
        }
        let number: usize =
            path(head).split("?page=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
        let rows = [row(number * 2), row(number * 2 + 1)].join(",");
        reply("200 OK", &[], format!(r#"{{"page":1,"totalRecords":9,"records":[{rows}]}}"#))
    })
    .await;
    let base_url = server.url("");
    let options = options(AppKind::Radarr, &base_url);
    let client = ArrClient::new(http(&[&base_url]), options, Arc::new(NoObserver)).unwrap();
    for _ in 0..2 {
        let rows = client.history_since(Ts::parse_upstream("2026-01-05T11:53:00Z").unwrap()).await.unwrap();
        assert_eq!(rows.len(), 6);
    }
    let whole = server.heads().iter().filter(|head| path(head).contains("/since")).count();
    assert_eq!(whole, 1, "the whole is asked for once only");
}
