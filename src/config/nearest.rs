//! The name that somebody who mistyped probably meant.

/// The candidate nearest to `given`, if it is near enough to be meant.
pub(super) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 80;
    if given.len() > LONGEST {
        return None;
    }
    let plain = fold(given);
    let allowed = plain.len().div_ceil(3).min(3);
    candidates
        .into_iter()
        .map(|candidate| (distance(&plain, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case and the choice between `-`, `_` and nothing are no reason to miss a name.
fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Edits to get from one to the other: insert, delete, replace, swap neighbours (Damerau–Levenshtein, restricted).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(from != to)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
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
