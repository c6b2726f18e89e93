//! People who sign in: names, roles, the rules of passwords. Hashing and sessions are in `flows::account`.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfkc};

use super::fold::{fold, tidy};
use super::lookalike;
use super::problem::{FieldErrors, Problem};

/// The fewest characters of a password (OWASP ASVS 5.0, 6.2.1).
pub const MIN_PASSWORD: usize = 8;
/// The most characters of a password: far above ASVS's 64, low enough that hashing stays cheap.
pub const MAX_PASSWORD: usize = 256;
/// The most characters of a user's name.
pub const MAX_USERNAME: usize = 64;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads the catalogue.
    User,
    /// Adds, edits and deletes movies too.
    Admin,
}

impl Role {
    /// The name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// Reads a role's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Admin].into_iter().find(|role| role.name() == text)
    }
}

/// The name that somebody signs in with: 1 to 64 characters, tidy, not case sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Checks a name.
    ///
    /// # Errors
    /// Under `username`: missing, too long, or without any letter or digit.
    pub fn parse(text: &str) -> Result<Self, FieldErrors> {
        let name = tidy(text);
        let problem = if name.is_empty() {
            Problem::Missing
        } else if name.chars().count() > MAX_USERNAME {
            Problem::TooLong { max: MAX_USERNAME }
        } else if !name.chars().any(char::is_alphanumeric) {
            Problem::Malformed { expected: "a name" }
        } else {
            return Ok(Self(name));
        };
        Err(FieldErrors::of("username", problem))
    }

    /// Checks a name for a new account: nobody may take it for another one. Names that exist are only parsed, so
    /// accounts with other names keep working.
    ///
    /// # Errors
    /// As [`Username::parse`]; letters of several scripts, or invisible characters.
    pub fn parse_new(text: &str) -> Result<Self, FieldErrors> {
        let name = Self::parse(text)?;
        let problem = if lookalike::has_invisible(&name.0) {
            Problem::Invisible
        } else if lookalike::mixes_scripts(&name.0) {
            Problem::MixedScripts
        } else {
            return Ok(name);
        };
        Err(FieldErrors::of("username", problem))
    }

    /// The name as it was chosen.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one name share; unique in the database.
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

impl std::fmt::Display for Username {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password as it is hashed: in Unicode's form NFKC, which NIST SP 800-63B names for passwords. Keyboards and systems
/// write one letter in several ways (`é` as one character or as two, a full-width digit, a space that does not
/// break); what looks the same signs in.
pub fn normalize_password(password: &str) -> Cow<'_, str> {
    if is_nfkc(password) { Cow::Borrowed(password) } else { Cow::Owned(password.nfkc().collect()) }
}

/// Checks a new password, normalized by [`normalize_password`]: its length, and that it is not on the list of common ones or the name itself. No rule
/// about which characters it must have (ASVS 6.2.5), nothing is trimmed or cut.
///
/// # Errors
/// Under `password`.
pub fn check_password(password: &str, username: &Username) -> Result<(), FieldErrors> {
    let length = password.chars().count();
    let problem = if length < MIN_PASSWORD {
        Problem::TooShort { min: MIN_PASSWORD }
    } else if length > MAX_PASSWORD {
        Problem::TooLong { max: MAX_PASSWORD }
    } else if is_common(password) || fold(password) == username.key() {
        Problem::TooCommon
    } else {
        return Ok(());
    };
    Err(FieldErrors::of("password", problem))
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The number in the database.
    pub id: i64,
    /// The name as it was chosen.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When the account was made, seconds since 1970.
    pub created_at: i64,
}

/// Common passwords of eight characters and more, lower case, one a line.
const COMMON: &str = include_str!("common_passwords.txt");

fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    COMMON.lines().any(|common| common == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidy_and_fold_to_one_key() {
        let name = Username::parse("  Zoë  Müller ").expect("a name");
        assert_eq!((name.as_str(), name.key().as_str()), ("Zoë Müller", "zoe muller"));
        assert!(Username::parse(" \u{200f}").is_err());
        assert!(Username::parse("!!!").is_err());
        assert!(Username::parse(&"a".repeat(65)).is_err());
    }

    #[test]
    fn names_of_new_accounts_are_of_one_script_and_visible() {
        for name in [
            "anna",
            "Zoë Müller",
            "O'Brien",
            "anna_2@home",
            "Мария",
            "Ζωή",
            "محمد",
            "मोहन",
            "田中 Taro",
            "김 Anna",
            "さくらアキラ",
            "ᎠᎡ",
            "علی\u{200c}رضا",
            "anna ❤\u{fe0f}",
        ] {
            assert!(Username::parse_new(name).is_ok(), "{name}");
        }
        let problem = |name: &str| Username::parse_new(name).err().and_then(|errors| errors.get("username").cloned());
        for name in ["аnna", "annа", "Anna Иванова", "Ζoe", "ann\u{561}"] {
            assert_eq!(problem(name), Some(Problem::MixedScripts), "{name}");
        }
        for name in ["ann\u{ad}a", "an\u{200d}na", "anna\u{fe0f}", "anna\u{3164}", "a\u{e0061}nna"] {
            assert_eq!(problem(name), Some(Problem::Invisible), "{}", name.escape_unicode());
        }
        assert!(Username::parse("annа").is_ok(), "who has such a name signs in with it");
    }

    #[test]
    fn one_password_is_one_however_it_is_written() {
        for (left, right) in [
            ("za\u{17c}\u{f3}\u{142}\u{107}", "zaz\u{307}o\u{301}\u{142}c\u{301}"),
            ("\u{ac00}", "\u{1100}\u{1161}"),
            ("１２３４", "1234"),
            ("a\u{a0}b", "a b"),
            ("\u{212b}", "\u{c5}"),
            ("a\u{323}\u{302}", "a\u{302}\u{323}"),
        ] {
            assert_eq!(normalize_password(left), normalize_password(right), "{left} and {right}");
        }
        assert_ne!(normalize_password("Password"), normalize_password("password"));
        assert_eq!(normalize_password(" two  spaces "), " two  spaces ");
    }

    #[test]
    fn passwords_have_a_length_and_are_not_common() {
        let name = Username::parse("someone long").expect("a name");
        assert!(check_password("1234567", &name).is_err());
        assert!(check_password("Password1", &name).is_err());
        assert!(check_password("Someone Long", &name).is_err());
        assert!(check_password("correct horse battery", &name).is_ok());
        assert!(check_password(&"é".repeat(256), &name).is_ok());
        assert!(check_password(&"é".repeat(257), &name).is_err());
    }
}
