//! `serve` twice, `healthcheck`, other commands beside the running service, and command lines that cannot be read.

use crate::support::household::Household;

#[tokio::test]
async fn a_second_service_on_the_same_file_is_refused_and_every_other_command_works() {
    let mut household = Household::new(&[]);
    let (code, said) = household.answers(&["healthcheck"]);
    assert!(code == 1 && said.contains("ne répond pas"), "{said}");
    let service = household.start().await;
    assert_eq!(household.answers(&["healthcheck"]).0, 0);
    household.key("beside", "read");
    household.feed("beside");
    household.says(&["app", "list"]);
    household.says(&["config", "show"]);

    let (code, said) = household.answers(&["serve"]);
    assert!(code == 1 && said.contains("Un autre grabfeed utilise déjà"), "{code} {said}");
    let (code, said) = household.answers(&["--lang", "en", "serve"]);
    assert!(code == 1 && said.contains("Another grabfeed"), "{code} {said}");
    // Another port changes nothing about the file.
    let port = household.port;
    household.set("SERVER__PORT", &crate::support::process::free_port().to_string());
    assert_eq!(household.answers(&["serve"]).0, 1);
    // And another file nothing about the port.
    let mut elsewhere = Household::new(&[]);
    elsewhere.set("SERVER__PORT", &port.to_string());
    let (code, said) = elsewhere.answers(&["serve"]);
    assert!(code == 1 && said.contains(&format!("127.0.0.1:{port}")), "{code} {said}");
    assert!(service.stop());
}

#[test]
fn a_command_line_that_cannot_be_read_ends_with_2_and_says_why_in_the_persons_language() {
    let household = Household::new(&[]);
    for (arguments, named) in [
        (&["--bogus", "serve"][..], "--bogus"),
        (&["key", "lsit"], "lsit"),
        (&["key", "create"], "NAME"),
        (&["feed", "create", "f", "--kind", "radar"], "radar"),
        (&["key", "create", "k", "--days", "0"], "0"),
    ] {
        let (code, french) = household.answers(arguments);
        assert!(code == 2 && french.contains(named) && french.contains("affiche"), "{code} {french}");
        let (code, english) = household.answers(&[&["--lang", "en"], arguments].concat());
        assert!(code == 2 && english.contains(named) && english.contains("shows"), "{code} {english}");
    }
    assert_eq!(household.answers(&["--lang", "xx", "config", "show"]).0, 2);
    assert_eq!(household.answers(&[]).0, 2);
    for help in [&["--help"][..], &["key", "--help"], &["feed", "create", "--help"], &["--version"]] {
        assert_eq!(household.answers(help).0, 0, "{help:?}");
    }
}
