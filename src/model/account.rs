//! People who sign in: names, roles, the rules of passwords. Hashing and sessions are in `flows::account`.

use super::fold::{fold, tidy};
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

/// Checks a new password: its length, and that it is not on the list of common ones or the name itself. No rule
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
