//! Passwords: normalized, hashed with argon2id, a bounded number at once.
//!
//! Hashes of normalized passwords carry a mark, argon2's associated data. One without it was made by fmdb 0.1.0 from the
//! bytes as they came; it is replaced at the next sign-in.

use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, AssociatedData, Params, ParamsBuilder, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::FlowError;
use crate::model::account::normalize_password;
use crate::store::Store;

/// Says in a hash that the password was normalized.
const NORMALIZED: &[u8] = b"nfkc";

/// OWASP's parameters: 19 MiB, two passes, one lane (ASVS 5.0, appendix C).
static ARGON2: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let mut params = ParamsBuilder::new();
    params.m_cost(19_456).t_cost(2).p_cost(1);
    if let Ok(mark) = AssociatedData::new(NORMALIZED) {
        params.data(mark);
    }
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.build().unwrap_or_default())
});

/// The hash that stands for an unknown name.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_password(&STANDARD_NO_PAD.encode(rand::random::<[u8; 32]>())).unwrap_or_default());

/// The mark as it stands in a hash.
static MARK: LazyLock<String> = LazyLock::new(|| format!(",data={}$", STANDARD_NO_PAD.encode(NORMALIZED)));

/// Hashes a password, normalized.
///
/// # Errors
/// Failed.
pub fn hash_password(password: &str) -> Result<String, FlowError> {
    let _permit = HASHING.acquire();
    let hashed = ARGON2.hash_password(normalize_password(password).as_bytes());
    hashed
        .map(|hash| hash.to_string())
        .map_err(|error| FlowError::Failed(format!("the password was not hashed: {error}")))
}

/// Whether a password is the one of a hash; `None` stands for an account that does not exist, and takes as long.
///
/// While there are hashes of passwords as they came, one that changes when it is normalized is tried as it came too,
/// for every account alike, so that time does not tell which accounts there are.
///
/// # Errors
/// As every call of the store.
pub fn verify_password(store: &Store, password: &str, hash: Option<&str>) -> Result<bool, FlowError> {
    let known = hash.unwrap_or(NOBODY.as_str());
    let normalized = normalize_password(password);
    if matches_hash(&normalized, known) {
        return Ok(hash.is_some());
    }
    let may_be_raw = normalized != password && store.has_password_hash_without(&MARK)?;
    Ok(may_be_raw && matches_hash(password, known) && hash.is_some())
}

/// The hash was made with other parameters than those of today, or of a password that was not normalized.
pub fn is_outdated(hash: &str) -> bool {
    let today = ARGON2.params();
    let made = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    let of = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost(), params.data().to_vec());
    made.is_none_or(|made| of(&made) != of(today))
}

fn matches_hash(password: &str, hash: &str) -> bool {
    let _permit = HASHING.acquire();
    PasswordHash::new(hash).is_ok_and(|hash| ARGON2.verify_password(password.as_bytes(), &hash).is_ok())
}

/// Passwords hashed at once: each takes a core and 19 MiB, and browsing must not feel a wave of sign-ins.
static HASHING: Permits = Permits { free: Mutex::new(2), freed: Condvar::new() };

struct Permits {
    free: Mutex<u32>,
    freed: Condvar,
}

impl Permits {
    fn acquire(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit(self)
    }
}

struct Permit<'a>(&'a Permits);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As fmdb 0.1.0 did.
    fn old_hash(password: &str) -> String {
        let params = Params::new(19_456, 2, 1, None).expect("parameters");
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        hasher.hash_password(password.as_bytes()).expect("hashed").to_string()
    }

    #[test]
    fn a_hash_is_of_one_password_and_says_that_it_was_normalized() {
        let hashed = hash_password("correct horse").expect("hashed");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1,data="), "{hashed}");
        assert!(hashed.contains(MARK.as_str()), "{hashed}");
        assert!(matches_hash("correct horse", &hashed));
        assert!(!matches_hash("correct hors", &hashed));
        assert!(!matches_hash("anything", "no hash"));
        assert!(!is_outdated(&hashed));
        assert!(is_outdated(&hashed.replace("t=2", "t=3")));
        let old = old_hash("correct horse");
        assert!(is_outdated(&old) && !old.contains(MARK.as_str()) && matches_hash("correct horse", &old));
    }

    #[test]
    fn one_password_signs_in_however_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("a.db")).expect("a store");
        let (composed, decomposed) = ("za\u{17c}\u{f3}\u{142}\u{107} gęślą", "zaz\u{307}o\u{301}\u{142}c\u{301} gęślą");
        let hashed = hash_password(composed).expect("hashed");
        for password in [composed, decomposed] {
            assert!(verify_password(&store, password, Some(&hashed)).expect("an answer"));
            assert!(!verify_password(&store, password, None).expect("an answer"));
        }
        let name = crate::model::Username::parse("zofia").expect("a name");
        let old = old_hash(decomposed);
        store.add_account(&name, &old, crate::model::Role::User).expect("added");
        assert!(verify_password(&store, decomposed, Some(&old)).expect("an answer"), "as it came then");
        assert!(!verify_password(&store, composed, Some(&old)).expect("an answer"), "until it is hashed anew");
        assert!(!verify_password(&store, "wrong", Some(&old)).expect("an answer"));
    }
}
