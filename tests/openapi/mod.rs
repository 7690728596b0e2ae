//! The API's document: it says what the table of routes says, it is fresh, and schemathesis finds no answer that it
//! does not foresee.

mod schemathesis;
mod scopes;

use std::collections::BTreeSet;
use std::path::Path;

use grabfeed::web::access::Access;
use grabfeed::web::api::document::{self, ROOT};
use grabfeed::web::problem::Code;
use grabfeed::web::routes::described;
use grabfeed::web::routes::table;
use serde_json::Value;

use crate::web::Running;

fn document() -> Value {
    document::document(&described())
}

/// Method, path and operation of everything that the document describes.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &'_ Value)| (path.clone(), item.as_object().unwrap().clone());
    let all: Vec<_> = paths.iter().map(of).collect();
    all.iter()
        .flat_map(|(path, item)| item.keys().map(move |method| (method.to_uppercase(), path.clone())))
        .map(|(method, path)| {
            let operation = &document["paths"][&path][method.to_lowercase()];
            (method, path, operation)
        })
        .collect()
}

#[test]
fn every_route_of_the_api_is_described_and_nothing_else_is() {
    let document = document();
    let described: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let routes: BTreeSet<_> = table()
        .into_iter()
        .filter(|route| route.path.starts_with(ROOT))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    assert!(routes.len() >= 20);
    assert_eq!(described, routes);
}

#[test]
fn the_scope_of_each_operation_is_that_of_its_route() {
    let document = document();
    for route in table().into_iter().filter(|route| route.path.starts_with(ROOT)) {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let scope = operation["x-required-scope"].as_str();
        let schemes: Vec<_> =
            operation["security"].as_array().unwrap().iter().map(Value::to_string).collect();
        match route.access {
            Access::Scope(needed) => {
                assert_eq!(scope, Some(needed.as_str()), "{}", route.path);
                assert!(schemes.contains(&format!(r#"{{"header":["{needed}"]}}"#)), "{schemes:?}");
            }
            Access::Public | Access::SetupToken => assert!(schemes.is_empty() && scope.is_none()),
            _ => assert!(scope.is_none() && schemes.iter().all(|scheme| scheme.contains("ession"))),
        }
    }
}

#[test]
fn every_operation_says_what_it_is_and_how_it_refuses() {
    let document = document();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{path}");
        assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{method} {path}");
        assert!(operation["x-problems"].is_null(), "{method} {path}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path}");
        for (status, answer) in answers.iter().filter(|(status, _)| *status >= &"400".to_owned()) {
            let content = &answer["content"]["application/problem+json"];
            assert!(content["schema"]["$ref"].is_string(), "{method} {path} {status}");
        }
        if operation["requestBody"].is_object() {
            assert!(answers.contains_key("415") && answers.contains_key("413"), "{method} {path}");
        }
        if operation["security"] != serde_json::json!([]) {
            assert!(answers.contains_key("401") && answers.contains_key("403"), "{method} {path}");
        }
    }
}

#[test]
fn every_problem_that_an_operation_names_exists() {
    // The attributes name them as texts, so a misspelt one would be left out in silence.
    let named = regex::Regex::new(r#""x-problems" = json!\(\[([^\]]*)\]\)"#).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/api");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for list in named.captures_iter(&text) {
            for code in list[1].split(',').map(|code| code.trim().trim_matches('"')) {
                assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{code}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 15, "{seen}");
}

fn written() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/openapi.json");
    (path, format!("{:#}\n", document()))
}

#[test]
fn the_written_document_is_fresh() {
    let (path, text) = written();
    let fresh = std::fs::read_to_string(path).unwrap_or_default() == text;
    assert!(fresh, "openapi.json is stale; write it with: cargo test --test it openapi:: -- --ignored");
}

#[test]
#[ignore = "writes the generated document"]
fn write_the_document() {
    let (path, text) = written();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_served_to_everybody_and_names_the_url_base() {
    let running = Running::with(crate::support::service::Plan::with("SERVER__URL_BASE", "/grabs")).await;
    let reply = running.http.get(&running.url("/grabs/api/v1/openapi.json")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    let mut served = reply.json();
    assert_eq!(served["openapi"], "3.1.0");
    assert_eq!(served["servers"], serde_json::json!([{ "url": "/grabs" }]));
    served.as_object_mut().unwrap().remove("servers");
    assert_eq!(served, document());
    assert!(!reply.text().contains(env!("CARGO_PKG_VERSION")), "the version is for who has a key");
}
