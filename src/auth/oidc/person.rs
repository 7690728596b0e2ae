//! Who of those whom a provider vouches for may sign in here.

use super::error::OidcError;

/// What a provider says of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: the provider never gives it to anybody else.
    pub subject: String,
    /// `email`, which at many providers anybody may write.
    pub email: Option<String>,
    /// `email_verified`; absent counts as not.
    pub email_verified: bool,
}

/// One entry of `oidc.users`.
///
/// An entry with an `@` is an e-mail address and nothing else: at some providers people choose their own `sub`, and one
/// could choose the owner's address.
enum Entry<'a> {
    Subject(&'a str),
    Email(&'a str),
}

impl<'a> Entry<'a> {
    fn from_text(text: &'a str) -> Self {
        match text.strip_prefix("sub:") {
            Some(subject) => Self::Subject(subject),
            None if text.contains('@') => Self::Email(text),
            None => Self::Subject(text),
        }
    }
}

/// Whether a list of users can only be decided by an e-mail address for somebody with this subject.
pub(super) fn needs_email(users: &[String], subject: &str) -> bool {
    let entries = || users.iter().map(|user| Entry::from_text(user));
    !entries().any(|entry| matches!(entry, Entry::Subject(listed) if listed == subject))
        && entries().any(|entry| matches!(entry, Entry::Email(_)))
}

/// Whether the person is listed.
pub(super) fn is_listed(users: &[String], claims: &Claims) -> Result<(), OidcError> {
    let mut unverified = false;
    for user in users {
        match Entry::from_text(user) {
            Entry::Subject(subject) if !subject.is_empty() && subject == claims.subject => return Ok(()),
            Entry::Email(listed)
                if claims.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(listed)) =>
            {
                if claims.email_verified {
                    return Ok(());
                }
                unverified = true;
            }
            _ => {}
        }
    }
    Err(if unverified { OidcError::EmailNotVerified } else { OidcError::NotListed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(list: &[&str]) -> Vec<String> {
        list.iter().map(|user| (*user).to_owned()).collect()
    }

    fn person(subject: &str, email: Option<&str>, email_verified: bool) -> Claims {
        Claims { subject: subject.to_owned(), email: email.map(str::to_owned), email_verified }
    }

    #[test]
    fn a_person_is_listed_by_subject_or_by_a_verified_address() {
        let listed = users(&["248289761001", "me@example.org"]);
        assert_eq!(is_listed(&listed, &person("248289761001", None, false)), Ok(()));
        assert_eq!(is_listed(&listed, &person("other", Some("Me@Example.org"), true)), Ok(()));
        for (claims, error) in [
            (person("24828976100", None, false), OidcError::NotListed),
            (person("248289761001 ", None, false), OidcError::NotListed),
            (person("", None, true), OidcError::NotListed),
            (person("other", Some("me@example.org"), false), OidcError::EmailNotVerified),
            (person("other", Some("me@example.org.evil.example"), true), OidcError::NotListed),
            (person("other", Some("248289761001"), true), OidcError::NotListed),
            (person("other", Some("mé@example.org"), true), OidcError::NotListed),
        ] {
            assert_eq!(is_listed(&listed, &claims), Err(error), "{claims:?}");
        }
        assert_eq!(is_listed(&users(&["", "sub:"]), &person("", None, false)), Err(OidcError::NotListed));
        assert_eq!(is_listed(&[], &person("", None, false)), Err(OidcError::NotListed));
    }

    #[test]
    fn a_subject_that_looks_like_an_address_counts_only_if_it_is_listed_as_a_subject() {
        let claims = person("me@example.org", None, false);
        assert_eq!(is_listed(&users(&["me@example.org"]), &claims), Err(OidcError::NotListed));
        assert_eq!(is_listed(&users(&["sub:me@example.org"]), &claims), Ok(()));
    }

    #[test]
    fn the_address_is_asked_for_only_if_it_decides() {
        assert!(needs_email(&users(&["1", "me@example.org"]), "2"));
        assert!(!needs_email(&users(&["1", "me@example.org"]), "1"));
        assert!(!needs_email(&users(&["1", "sub:me@example.org"]), "2"));
    }
}
