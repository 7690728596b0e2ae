//! Where a browser is led after it signed in: a path of ours and nothing else (C44).
//!
//! Owns: the judgement over a `return` parameter, which anybody can write into a link. Must not know: sessions.

/// More than any path of ours has, in bytes.
const LONGEST: usize = 2048;

/// The asked path with its query if it is one of ours below the URL base, else the first page.
pub fn local_path(asked: &str, url_base: &str) -> String {
    if is_local(asked, url_base) { asked.to_owned() } else { format!("{url_base}/") }
}

fn is_local(asked: &str, url_base: &str) -> bool {
    let path = asked.split(['?', '#']).next().unwrap_or_default();
    let is_below = path.strip_prefix(url_base).is_some_and(|rest| rest.starts_with('/'));
    is_below && is_plain(asked) && escapes_are_plain(path) && leads_down(path)
}

/// Only what every browser and every proxy reads in the same way: control characters and spaces are dropped by some,
/// and a backslash is a slash to others.
fn is_plain(asked: &str) -> bool {
    asked.len() <= LONGEST && asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// No escape stands for a character that somebody on the way may take for a piece of the path's form.
fn escapes_are_plain(path: &str) -> bool {
    let escaped = |rest: &str| rest.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let is_plain = |byte: u8| !byte.is_ascii_control() && !b"/\\.%".contains(&byte);
    path.split('%').skip(1).all(|rest| escaped(rest).is_some_and(is_plain))
}

/// To no other host, which a second slash would name, and not upwards.
fn leads_down(path: &str) -> bool {
    path.split('/').skip(1).all(|segment| !matches!(segment, "." | "..")) && !path.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_gone_back_to() {
        for path in [
            "/",
            "/grabs",
            "/grabs?page=2&sort=-id",
            "/grabs/1#attempts",
            "/a%20b",
            "/%C3%A9t%C3%A9",
            "/x?return=%2F%2Fevil",
        ] {
            assert_eq!(local_path(path, ""), path);
        }
    }

    #[test]
    fn nothing_leads_to_another_site() {
        for asked in [
            "",
            "grabs",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/%5cevil.example",
            "/%2fevil.example",
            "/%2Fevil.example",
            "%2f%2fevil.example",
            "\t//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/%09/evil.example",
            "/%0d%0aLocation:%20x",
            " /grabs",
            "/a b",
            "/\u{e9}",
            "/\0",
            "/a//evil.example",
            "/./",
            "/../x",
            "/a/%2e%2e/b",
            "/%255cevil.example",
            "/%",
            "/%+1",
            "/a%zz",
            "/a\r\nx: y",
            ".evil.example",
            "@evil.example",
            "?x",
            "#x",
        ] {
            assert_eq!(local_path(asked, ""), "/", "{asked:?}");
        }
        assert_eq!(local_path(&format!("/{}", "a".repeat(LONGEST)), ""), "/");
    }

    #[test]
    fn below_a_url_base_only_what_is_below_it_is_ours() {
        for (asked, found) in [
            ("/grab/grabs?page=2", "/grab/grabs?page=2"),
            ("/grab/", "/grab/"),
            ("/grab", "/grab/"),
            ("/grabs", "/grab/"),
            ("/", "/grab/"),
            ("/other/x", "/grab/"),
            ("/grab/../other", "/grab/"),
            ("/grab/%2e%2e/other", "/grab/"),
            ("/grab//evil.example", "/grab/"),
            ("//evil.example/grab/", "/grab/"),
        ] {
            assert_eq!(local_path(asked, "/grab"), found, "{asked}");
        }
    }
}
