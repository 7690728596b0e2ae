//! The settings of signing in by way of others: halves of them are refused.

use super::{briefly, load_text, load_variables};

#[test]
fn a_proxy_header_needs_proxies_and_names() {
    let both = ["2 auth.proxy_header needs", "2 auth.proxy_header needs"];
    for (rest, findings) in [
        ("", &both[..]),
        ("  proxy_users: []\nserver:\n  trusted_proxies: []\n", &both),
        ("  proxy_users: [me]\n", &both[1..]),
        ("server:\n  trusted_proxies: [10.0.0.1]\n", &both[1..]),
    ] {
        let text = format!("auth:\n  proxy_header: Remote-User\n{rest}");
        assert_eq!(briefly(&load_text(&text).unwrap_err()), findings, "{text}");
    }
    let text =
        "auth:\n  proxy_header: Remote-User\n  proxy_users: [me]\nserver:\n  trusted_proxies: [10.0.0.1]\n";
    let settings = load_text(text).unwrap().settings;
    assert_eq!(settings.auth.proxy_header.as_deref(), Some("remote-user"));
}

#[test]
fn a_proxy_header_has_no_other_meaning() {
    for name in [
        "Authorization",
        "cookie",
        "X-Api-Key",
        "X-Forwarded-For",
        "Sec-Fetch-Site",
        "Host",
        "Remote_User",
        "a b",
    ] {
        let variables = [
            ("GRABFEED__AUTH__PROXY_HEADER", name),
            ("GRABFEED__AUTH__PROXY_USERS", "me"),
            ("GRABFEED__SERVER__TRUSTED_PROXIES", "10.0.0.1"),
        ];
        let report = load_variables(&variables).expect_err(name);
        assert_eq!(
            briefly(&report),
            ["$GRABFEED__AUTH__PROXY_HEADER auth.proxy_header wrong-value"],
            "{name}"
        );
    }
}

#[test]
fn a_provider_is_complete_or_absent() {
    assert!(load_text("").unwrap().settings.oidc.is_none());
    let report = load_text("oidc:\n  issuer_url: https://id.example.org\n").unwrap_err();
    assert_eq!(briefly(&report), ["1 oidc.client_id missing", "1 oidc.users missing"]);
    let report =
        load_text("oidc:\n  issuer_url: https://id.example.org\n  client_id: a\n  users: []\n").unwrap_err();
    assert_eq!(briefly(&report), ["4 oidc.users no-value"]);
    let oidc = load_text("oidc:\n  issuer_url: https://id.example.org/a/\n  client_id: a\n  users: [me]\n");
    let oidc = oidc.unwrap().settings.oidc.unwrap();
    assert_eq!((oidc.scopes.as_str(), oidc.client_secret.is_none()), ("openid email", true));
}
