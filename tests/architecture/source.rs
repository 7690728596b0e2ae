//! The sources as the rules read them: where a file belongs, and its code without comments or without texts.

use std::fs;
use std::path::Path;

/// One file of the package.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Path inside the package, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The room of the house that the file is in: the first folder or file under `src`.
    pub(super) fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        inside.split('/').next().map(|name| name.strip_suffix(".rs").unwrap_or(name))
    }

    /// How many modules the file's module is below the crate: 1 for a room itself.
    pub(super) fn depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inside.trim_end_matches("/mod").split('/').count()
    }

    pub(super) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.trim_end_matches(".rs").ends_with("tests")
    }

    /// The code: comments are blank, and so are texts; lines keep their numbers.
    pub(super) fn code(&self) -> String {
        blank(&self.text, true)
    }

    /// The code before the unit tests, texts included.
    pub(super) fn program_with_texts(&self) -> String {
        if self.is_test() { String::new() } else { before_tests(&blank(&self.text, false)) }
    }

    /// The code before the unit tests, texts blank.
    pub(super) fn program(&self) -> String {
        if self.is_test() { String::new() } else { before_tests(&self.code()) }
    }
}

fn before_tests(code: &str) -> String {
    code.split("#[cfg(test)]")
        .next()
        .and_then(|code| code.split("#[cfg(all(test").next())
        .unwrap_or_default()
        .to_owned()
}

/// Every file with this ending under a folder of the package.
pub(super) fn files(folder: &str, ending: &str) -> Vec<Source> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![package.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                let name = path.strip_prefix(package).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(Source::new(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Rust source with its comments, and on demand the inside of its texts, turned into spaces.
fn blank(text: &str, texts_too: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => comment_end(&chars, at, false),
            ('/', Some('*')) => comment_end(&chars, at, true),
            ('"', _) => text_end(&chars, at),
            ('r', Some('"' | '#')) if !follows_name(&chars, at) => raw_text_end(&chars, at),
            ('\'', _) => character_end(&chars, at),
            _ => at + 1,
        };
        let is_comment = chars[at] == '/' && end > at + 1;
        let is_text = chars[at] != '/' && end > at + 1;
        for &c in &chars[at..end] {
            let keep = c == '\n' || !(is_comment || is_text && texts_too);
            code.push(if keep { c } else { ' ' });
        }
        at = end;
    }
    code
}

fn follows_name(chars: &[char], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| chars[before].is_alphanumeric() || chars[before] == '_')
}

fn find(chars: &[char], from: usize, wanted: &[char]) -> Option<usize> {
    (from..chars.len()).find(|at| chars[*at..].starts_with(wanted))
}

fn comment_end(chars: &[char], at: usize, block: bool) -> usize {
    let end =
        if block { find(chars, at + 2, &['*', '/']).map(|end| end + 2) } else { find(chars, at, &['\n']) };
    end.unwrap_or(chars.len())
}

fn text_end(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != '"' {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

fn raw_text_end(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return at + 1;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    find(chars, at + hashes + 2, &closing).map_or(chars.len(), |end| end + closing.len())
}

/// The end of a character, or of nothing if the mark begins a lifetime.
fn character_end(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => find(chars, at + 3, &['\'']).map_or(chars.len(), |end| end + 1),
        (_, Some('\'')) => at + 3,
        _ => at + 1,
    }
}

#[test]
fn comments_and_texts_are_no_code() {
    let source = Source::new("src/a.rs", "a /* sqlx:: */ 'x' '\"' r#\"q\"s\"# \"t\\\"u\" <'b> // c\nd");
    assert_eq!(source.code().split_whitespace().collect::<Vec<_>>(), ["a", "<'b>", "d"]);
    assert!(source.program_with_texts().contains("t\\\"u"));
}
