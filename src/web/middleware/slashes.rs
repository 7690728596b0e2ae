//! Addresses with a slash too many, as people and programs that join them write them: `//hooks/radarr/`.
//!
//! Owns: which paths are tidied: those that programs ask for, where a refusal for the address would be taken for one of the
//! secret. Must not know: routes.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// First segments of the paths of programs, below the base.
const OF_PROGRAMS: [&str; 4] = ["hooks", "f", "d", "health"];

/// The request with the path that was meant.
pub fn tidied(mut request: Request, url_base: &str) -> Request {
    if let Some(uri) = tidy(request.uri(), url_base) {
        *request.uri_mut() = uri;
    }
    request
}

fn tidy(uri: &Uri, url_base: &str) -> Option<Uri> {
    let path = uri.path();
    if !path.contains("//") && !path.ends_with('/') {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let tidied = format!("/{}", segments.join("/"));
    let below = tidied.strip_prefix(url_base)?.trim_start_matches('/');
    let first = below.split('/').next().unwrap_or_default();
    if !OF_PROGRAMS.contains(&first) && below != "api/webhook/grab" {
        return None;
    }
    let with_query = match uri.query() {
        Some(query) => format!("{tidied}?{query}"),
        None => tidied,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(with_query).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_too_many_is_left_out_where_programs_ask() {
        let tidied = |path: &str, base: &str| tidy(&path.parse().unwrap(), base).map(|uri| uri.to_string());
        for (path, base, expected) in [
            ("/hooks/radarr/", "", Some("/hooks/radarr")),
            ("//hooks//radarr?a=//", "", Some("/hooks/radarr?a=//")),
            ("/grab//hooks/radarr", "/grab", Some("/grab/hooks/radarr")),
            ("//f/gff_x/rss.xml", "", Some("/f/gff_x/rss.xml")),
            ("/hooks/radarr", "", None),
            ("/", "", None),
            ("/login/", "", None),
            ("//evil.example/login", "", None),
            ("/other//hooks/radarr", "/grab", None),
        ] {
            assert_eq!(tidied(path, base).as_deref(), expected, "{path}");
        }
    }
}
