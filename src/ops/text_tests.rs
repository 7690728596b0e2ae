use super::*;

#[test]
fn a_locale_names_its_language() {
    assert_eq!(Lang::parse("fr_FR.UTF-8"), Some(Lang::Fr));
    assert_eq!(Lang::parse("EN-gb"), Some(Lang::En));
    assert_eq!(Lang::parse("de"), None);
    assert_eq!(Lang::default(), Lang::Fr);
}

#[test]
fn an_unknown_sentence_is_its_id() {
    assert_eq!(Lang::En.text("no-such-sentence", &[]), "no-such-sentence");
    assert_eq!(Lang::En.find("no-such-sentence", &[]), None);
}
