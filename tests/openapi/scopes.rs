//! The table of scopes in the guides: it is made from the table of routes, and it is fresh.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use grabfeed::auth::scope::Scope;
use grabfeed::web::access::Access;
use grabfeed::web::routes::table;

const BEGIN: &str = "<!-- made from the table of routes -->\n";
const END: &str = "<!-- end -->\n";

fn guides() -> [(PathBuf, &'static str); 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides");
    [(folder.join("accounts.en.md"), "Route"), (folder.join("accounts.fr.md"), "Route")]
}

/// One row for each route that a key opens, one column for each scope.
fn scopes_table(route: &str) -> String {
    let mut text = format!("| {route} |");
    for scope in Scope::ALL {
        let _ = write!(text, " `{}` |", scope.as_str());
    }
    let _ = writeln!(text, "\n| --- |{}", " :-: |".repeat(Scope::ALL.len()));
    for described in table() {
        let opened = |scope: Scope| match described.access {
            Access::Scope(needed) => needed == scope,
            Access::WebhookSecret => scope == Scope::Webhook,
            _ => false,
        };
        if !Scope::ALL.into_iter().any(opened) {
            continue;
        }
        let _ = write!(text, "| `{} {}` |", described.method, described.path);
        for scope in Scope::ALL {
            text.push_str(if opened(scope) { " ● |" } else { " |" });
        }
        text.push('\n');
    }
    text
}

fn with_table(guide: &str, route: &str) -> Option<String> {
    let (before, rest) = guide.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", scopes_table(route)))
}

#[test]
fn the_table_of_scopes_in_the_guides_is_that_of_the_routes() {
    for (path, route) in guides() {
        let guide = std::fs::read_to_string(&path).unwrap();
        let fresh = with_table(&guide, route).expect("the guide has a place for the table");
        let name = path.file_name().unwrap().display();
        assert!(
            guide == fresh,
            "{name} is stale; write it with: cargo test --test it openapi::scopes -- --ignored"
        );
    }
}

#[test]
#[ignore = "writes the table"]
fn write_the_table_of_scopes() {
    for (path, route) in guides() {
        let guide = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, with_table(&guide, route).unwrap()).unwrap();
    }
}
