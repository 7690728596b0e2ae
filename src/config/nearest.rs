//! The name that somebody who mistyped probably meant.

/// The candidate nearest to `given`, if it is near enough to be meant.
pub(super) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 80;
    if given.len() > LONGEST {
        return None;
    }
    let plain = fold(given);
    let allowed = plain.chars().count().div_ceil(3).min(3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&plain, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case and the choice between `-`, `_` and nothing are no reason to miss a name.
fn fold(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_the_name_and_strangers_find_none() {
        let names = ["port", "host", "url_base", "public_url", "allowed_hosts"];
        for (given, expected) in [
            ("prot", Some("port")),
            ("ports", Some("port")),
            ("urlBase", Some("url_base")),
            ("public-url", Some("public_url")),
            ("alowed_host", Some("allowed_hosts")),
            ("certificate", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, names), expected, "{given}");
        }
    }
}
