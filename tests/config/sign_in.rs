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

#[test]
fn a_proxy_header_together_with_everybody_as_a_proxy_is_refused() {
    for (ranges, is_refused) in [
        ("0.0.0.0/0", true),
        ("::/0", true),
        ("0.0.0.0/1, 128.0.0.0/1", true),
        ("10.0.0.0/8", false),
        ("fc00::/7, 172.16.0.0/12", false),
    ] {
        let text = format!(
            "auth:\n  proxy_header: Remote-User\n  proxy_users: [me]\nserver:\n  trusted_proxies: [{ranges}]\n"
        );
        let findings = load_text(&text).map_or_else(|report| briefly(&report), |_| Vec::new());
        assert_eq!(
            findings.iter().any(|one| one.contains("trusts-everybody")),
            is_refused,
            "{ranges}: {findings:?}"
        );
    }
    // Without the header it is a mistake that signs nobody in.
    assert!(load_text("server:\n  trusted_proxies: [0.0.0.0/0]\n").is_ok());
}

#[test]
fn a_webhook_secret_that_can_be_guessed_is_refused() {
    for (secret, is_refused) in [
        ("x", true),
        ("secret", true),
        ("               x", true),
        ("fifteen-letters", true),
        ("test-secret-0123", false),
    ] {
        let text = format!(
            "apps:\n  - name: radarr\n    type: radarr\n    url: http://radarr:7878\n    api_key: test-key-radarr\n    webhook_secret: \"{secret}\"\n"
        );
        let findings = load_text(&text).map_or_else(|report| briefly(&report), |_| Vec::new());
        assert_eq!(!findings.is_empty(), is_refused, "{secret}: {findings:?}");
    }
}
