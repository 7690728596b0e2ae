//! The rules of the house, checked. Each rule is tried on the package, and on a violation planted for it.

mod graph;
mod order;
mod rules;
mod source;

use order::{
    crates_name_nothing_above_them, no_circles, only_deeds_write, web_is_in_order, writing_functions,
};
use rules::{
    documents_name_what_exists, edges_only, exceptions_are_counted, exceptions_have_reasons, files_are_short,
    imports_go_down, migrations_are_twins, modules_open_with_their_subject, proofs_exist,
    sentences_are_in_catalogues, store_functions_are_tested, walls_hold,
};
use source::{Source, files};

/// The product and the crates that stand alone.
fn package() -> Vec<Source> {
    [files("src", ".rs"), files("crates", ".rs")].concat()
}

fn planted(path: &str, text: &str) -> Vec<Source> {
    vec![Source::new(path, text)]
}

#[track_caller]
fn nothing(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[track_caller]
fn exactly(complaints: &[String], expected: &[&str]) {
    assert_eq!(complaints, expected);
}

#[test]
fn imports_go_down_only() {
    nothing(&imports_go_down(&package()));
}

#[test]
fn an_import_that_goes_up_or_sideways_is_seen() {
    let see = |path, text| imports_go_down(&planted(path, text));
    exactly(
        &see("src/domain/grab.rs", "//! x\nuse crate::store::Store;"),
        &["src/domain/grab.rs:2: `domain` imports `store`"],
    );
    exactly(
        &see("src/fetch/mod.rs", "use super::matching::score;"),
        &["src/fetch/mod.rs:1: `fetch` imports `matching`"],
    );
    exactly(
        &see("src/ops/log/mod.rs", "use super::super::web;"),
        &["src/ops/log/mod.rs:1: `ops` imports `web`"],
    );
    exactly(
        &see("src/store/grabs.rs", "use crate::{domain::{ids, time}, config::Config, web::routes};"),
        &["src/store/grabs.rs:1: `store` imports `web`"],
    );
    exactly(&see("src/helpers.rs", ""), &["src/helpers.rs: `helpers` is no room of the house"]);
    nothing(&see(
        "src/web/ui/grabs.rs",
        "use super::auth; use super::super::store; use crate::pipeline; // crate::cli",
    ));
}

#[test]
fn no_file_leads_back_to_itself() {
    nothing(&no_circles(&package()));
}

#[test]
fn a_circle_of_files_is_seen() {
    let sources = [
        Source::new("src/web/mod.rs", "mod a; mod b; mod c; pub use a::A;"),
        Source::new("src/web/a.rs", "use crate::web::b::{self, B};"),
        Source::new("src/web/b.rs", "fn b() { super::c::c() }"),
        Source::new("src/web/c.rs", "use super::A;"),
    ];
    exactly(&no_circles(&sources), &["circle: src/web/a.rs, src/web/b.rs, src/web/c.rs"]);
    nothing(&no_circles(&sources[..3]));
    let in_tests = Source::new("src/web/c.rs", "#[cfg(test)]\nmod tests { use super::A; }");
    nothing(&no_circles(&[&sources[..3], &[in_tests]].concat()));
}

#[test]
fn files_of_web_name_what_lies_below_them() {
    nothing(&web_is_in_order(&package()));
}

#[test]
fn a_file_of_web_that_looks_up_or_sideways_is_seen() {
    let sources = [
        Source::new("src/web/state.rs", "use crate::web::access::guard::Guard;"),
        Source::new("src/web/access/guard.rs", "use super::key; use crate::web::state::WebState;"),
        Source::new("src/web/access/key.rs", "use crate::web::middleware::caller::Caller;"),
        Source::new("src/web/middleware/caller.rs", ""),
        Source::new("src/web/api/feeds.rs", "use crate::web::public::hooks;"),
        Source::new("src/web/public/hooks.rs", ""),
        Source::new("src/web/helpers.rs", ""),
    ];
    exactly(
        &web_is_in_order(&sources),
        &[
            "src/web/api/feeds.rs: names src/web/public/hooks.rs",
            "src/web/helpers.rs: on no floor of `web`",
            "src/web/state.rs: names src/web/access/guard.rs",
        ],
    );
}

#[test]
fn only_the_rooms_that_own_deeds_change_the_database() {
    let writing = writing_functions(&files("src/store", ".rs"));
    assert!(
        writing.len() > 30 && writing.contains("create_feed") && !writing.contains("feeds"),
        "{writing:?}"
    );
    nothing(&only_deeds_write(&package(), &writing));
}

#[test]
fn a_face_that_changes_the_database_is_seen() {
    let store =
        "impl Store { pub async fn feeds(&self) {} pub async fn revoke_feed(&self) { self.begin() } }";
    let writing = writing_functions(&planted("src/store/feed.rs", store));
    let see = |path, text| only_deeds_write(&planted(path, text), &writing);
    exactly(
        &see("src/web/api/feeds.rs", "\nlet x = state.store()\n.revoke_feed(id);"),
        &["src/web/api/feeds.rs:2: calls `revoke_feed` of the store"],
    );
    exactly(
        &see("src/cli/feed.rs", "store.revoke_feed(id)"),
        &["src/cli/feed.rs:1: calls `revoke_feed` of the store"],
    );
    nothing(&see("src/admin/feeds.rs", "store.revoke_feed(id)"));
    nothing(&see("src/cli/feed.rs", "store.feeds()"));
}

#[test]
fn crates_stand_alone() {
    nothing(&crates_name_nothing_above_them(&files("crates", ".rs")));
}

#[test]
fn a_crate_that_leans_on_the_product_is_seen() {
    let see = |path, text| crates_name_nothing_above_them(&planted(path, text));
    exactly(
        &see("crates/torrent/src/info.rs", "\nuse std::fs::File;"),
        &["crates/torrent/src/info.rs:2: names `std::fs`"],
    );
    exactly(
        &see("crates/domain/src/feed.rs", "fn a() { grabfeed::store::x() }"),
        &["crates/domain/src/feed.rs:1: names `grabfeed::`"],
    );
    exactly(&see("crates/new/src/lib.rs", ""), &["crates/new/src/lib.rs: a crate without rules"]);
    nothing(&see("crates/demo/src/lib.rs", "use axum::Router; use grabfeed_domain::time::Ts;"));
}

#[test]
fn libraries_stay_inside_their_walls() {
    nothing(&walls_hold(&package()));
}

#[test]
fn a_library_outside_its_walls_is_seen() {
    let see = |path, text| walls_hold(&planted(path, text));
    exactly(
        &see("src/web/api/grabs.rs", "fn a() { sqlx::query(); }"),
        &["src/web/api/grabs.rs:1: names `sqlx`"],
    );
    exactly(
        &see("src/pipeline/mod.rs", "\nuse reqwest::Client;"),
        &["src/pipeline/mod.rs:2: names `reqwest`"],
    );
    exactly(&see("src/auth/mod.rs", "use axum as a;"), &["src/auth/mod.rs:1: names `axum`"]);
    nothing(&see("src/web/mod.rs", "//! not sqlx::\nlet filter = \"sqlx::query=warn\"; my_axum::x"));
}

#[test]
fn clock_environment_exit_and_output_are_at_the_edges() {
    nothing(&edges_only(&package()));
}

#[test]
fn a_deed_away_from_the_edges_is_seen() {
    let see = |text| edges_only(&planted("src/store/mod.rs", text));
    exactly(&see("let now = SystemTime::now();"), &["src/store/mod.rs:1: `SystemTime::now`"]);
    exactly(&see("std::env::var(\"X\")"), &["src/store/mod.rs:1: `env::var`"]);
    exactly(&see("std::process::exit(1)"), &["src/store/mod.rs:1: `process::exit`"]);
    exactly(&see("println!(\"x\")"), &["src/store/mod.rs:1: `println!`"]);
    nothing(&see("// println!\n#[cfg(test)]\nmod tests { println!() }"));
}

#[test]
fn every_file_is_short() {
    nothing(&files_are_short(&[package(), files("tests", ".rs"), files("static", ".js")].concat()));
}

#[test]
fn a_long_file_is_seen() {
    exactly(&files_are_short(&planted("src/a.rs", &"\n".repeat(401))), &["src/a.rs: 401 lines"]);
    nothing(&files_are_short(&planted("src/a.rs", &"\n".repeat(400))));
}

#[test]
fn every_module_opens_with_its_subject() {
    nothing(&modules_open_with_their_subject(&package()));
}

#[test]
fn a_module_without_a_subject_is_seen() {
    exactly(
        &modules_open_with_their_subject(&planted("src/a.rs", "use b;")),
        &["src/a.rs: does not open with `//!`"],
    );
    nothing(&modules_open_with_their_subject(&planted("src/ops/text_tests.rs", "use super::*;")));
}

#[test]
fn lints_are_excepted_with_a_reason_and_counted() {
    nothing(&exceptions_have_reasons(&package()));
    nothing(&exceptions_are_counted(include_str!("../../Cargo.toml")));
}

#[test]
fn an_exception_without_a_reason_is_seen() {
    let see = |text| exceptions_have_reasons(&planted("src/a.rs", text));
    exactly(&see("#[allow(dead_code, reason = \"x\")]"), &["src/a.rs:1: allow"]);
    exactly(&see("\n#![expect(dead_code)]"), &["src/a.rs:2: expect"]);
    nothing(&see("#[expect(dead_code, reason = \"x\")]"));
    let manifest = "[workspace.lints.clippy]\n# counted: 1.\na = \"allow\"\nb = \"allow\"";
    exactly(&exceptions_are_counted(manifest), &["counted 2, said Some(\"1\")"]);
}

#[test]
fn every_function_of_the_store_is_in_its_tests() {
    let tests = [files("tests/store", ".rs"), files("tests", "store.rs")].concat();
    nothing(&store_functions_are_tested(&files("src/store", ".rs"), &tests));
}

#[test]
fn an_untested_function_of_the_store_is_seen() {
    let store = planted("src/store/grabs.rs", "pub async fn tested() {}\npub async fn forgotten<T>() {}");
    let tests = planted("tests/store/mod.rs", "store.tested(1).await; // forgotten(1)\nlet forgotten = 1;");
    exactly(
        &store_functions_are_tested(&store, &tests),
        &["src/store/grabs.rs: `forgotten` is in no test of the store"],
    );
}

#[test]
fn both_engines_have_the_same_migrations() {
    nothing(&migrations_are_twins(
        &files("migrations/sqlite", ".sql"),
        &files("migrations/postgres", ".sql"),
    ));
}

#[test]
fn a_migration_of_one_engine_is_seen() {
    let (sqlite, postgres) =
        (planted("migrations/sqlite/1_a.sql", ""), planted("migrations/postgres/1_b.sql", ""));
    exactly(
        &migrations_are_twins(&sqlite, &postgres),
        &["1_a.sql: one engine only", "1_b.sql: one engine only"],
    );
}

#[test]
fn sentences_for_people_are_in_the_catalogues() {
    nothing(&sentences_are_in_catalogues(&package()));
}

#[test]
fn a_sentence_in_code_is_seen() {
    let see = |path, text| sentences_are_in_catalogues(&planted(path, text)).len();
    assert_eq!(see("src/store/mod.rs", "f(\"refusé\")"), 1);
    assert_eq!(see("src/web/error.rs", "f(\"The grab was not found.\")"), 1);
    assert_eq!(
        see(
            "src/web/error.rs",
            "#[error(\"The grab was not found.\")]\n// \"é\"\nf(\"text/html; charset=utf-8\")"
        ),
        0
    );
}

#[test]
fn documents_name_files_that_exist() {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = [
        Source::new("README.md", include_str!("../../README.md")),
        Source::new("README.fr.md", include_str!("../../README.fr.md")),
        Source::new("ARCHITECTURE.md", include_str!("../../ARCHITECTURE.md")),
        Source::new("CONTRIBUTING.md", include_str!("../../CONTRIBUTING.md")),
    ];
    nothing(&documents_name_what_exists(&documents, |path| package.join(path).exists()));
}

#[test]
fn a_file_that_a_document_made_up_is_seen() {
    let document = planted("README.md", "[a](docs/a.md) [b](https://b.example/) `src/c` `src/d.rs`");
    let complaints = documents_name_what_exists(&document, |path| path == "src/c.rs");
    exactly(&complaints, &["README.md: `docs/a.md` does not exist", "README.md: `src/d.rs` does not exist"]);
}

#[test]
fn the_proofs_of_the_security_checklist_exist() {
    let checklist =
        files("docs", ".md").into_iter().find(|file| file.path.ends_with("security-checklist.md"));
    let sources: Vec<_> = package().into_iter().chain(files("tests", ".rs")).collect();
    nothing(&proofs_exist(&checklist.unwrap(), &sources));
}

#[test]
fn a_proof_that_a_document_made_up_is_seen() {
    let document = Source::new("docs/a.md", "`web::access::a_b` `lib: ops::tests::c` `web::gone`");
    let sources =
        [Source::new("tests/web/access.rs", "async fn a_b()"), Source::new("src/ops.rs", "fn c() {}")];
    exactly(&proofs_exist(&document, &sources), &["docs/a.md: `web::gone` does not exist"]);
}

/// Tiers and modules of `tests/main.rs` that the table of tiers names and that do not exist.
fn wrong_lines_of_tiers(table: &str, modules: &str) -> Vec<String> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_wrong = |line: &&str| {
        let (tier, pattern) = line.split_once(' ').unwrap_or_default();
        let module = pattern.split("::").next().unwrap_or_default();
        let known = pattern.starts_with('*') || modules.contains(&format!("\nmod {module};"));
        !known || !["engines", "real"].contains(&tier)
    };
    lines.filter(is_wrong).map(str::to_owned).collect()
}

#[test]
fn the_tiers_of_tests_name_modules_that_exist() {
    nothing(&wrong_lines_of_tiers(include_str!("../tiers.txt"), include_str!("../main.rs")));
    let table = "# x\nreal browser::\nslow browser::\nreal gone::\nengines *on_postgres";
    exactly(&wrong_lines_of_tiers(table, "\nmod browser;"), &["slow browser::", "real gone::"]);
}

/// RUSTSEC-2023-0071: a library for RSA leaks a private key by the time that it takes. It is linked, and must not be used.
#[test]
fn no_private_key_of_a_provider_is_ever_used() {
    let names = ["PrivateSigningKey", "RsaPrivateKey", "DecryptionKey", "rsa::"];
    let used = |sources: &[Source]| -> Vec<String> {
        let of = |source: &Source| {
            let code = source.program();
            names.into_iter().find(|name| code.contains(name)).map(|name| format!("{} {name}", source.path))
        };
        sources.iter().filter_map(of).collect()
    };
    assert_eq!(used(&package()), [""; 0]);
    assert_eq!(
        used(&planted("src/auth/oidc.rs", "use openidconnect::core::CoreRsaPrivateSigningKey;")).len(),
        1
    );
}
