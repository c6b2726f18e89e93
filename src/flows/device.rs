//! Known devices, after OWASP's device cookies: a browser that has signed in to an account keeps a token that proves it,
//! so that strangers' guesses do not lock the owner out.
//!
//! A token is a random number signed with the account's password hash. So it is of one account, ends with a new
//! password, and nothing about it is stored. It never signs in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Accounts that one browser is known to.
const MAX_TOKENS: usize = 4;
/// Bytes of a token's random number.
const NONCE: usize = 16;
/// Between the tokens of a cookie.
const SEPARATOR: char = '.';

/// A device's random number, which is its key in rate limits.
pub type DeviceId = [u8; NONCE];

/// The device of a cookie, if it is known to the account of this password hash.
pub fn known_device(cookie: &str, password_hash: &str) -> Option<DeviceId> {
    tokens(cookie).find_map(|token| read(token, password_hash))
}

/// The cookie after a sign-in: a new token for the account, and those for other accounts that were there before.
pub fn remember_device(cookie: Option<&str>, password_hash: &str) -> Option<String> {
    let nonce: DeviceId = rand::random();
    let signature = signature(&nonce, password_hash)?.finalize().into_bytes();
    let mut kept = vec![URL_SAFE_NO_PAD.encode([nonce.as_slice(), signature.as_slice()].concat())];
    let others = tokens(cookie.unwrap_or_default()).filter(|token| read(token, password_hash).is_none());
    kept.extend(others.filter(|token| decode(token).is_some()).map(str::to_owned));
    kept.truncate(MAX_TOKENS);
    Some(kept.join(&SEPARATOR.to_string()))
}

fn tokens(cookie: &str) -> impl Iterator<Item = &str> {
    cookie.split(SEPARATOR).filter(|token| !token.is_empty()).take(MAX_TOKENS)
}

fn read(token: &str, password_hash: &str) -> Option<DeviceId> {
    let (nonce, signed) = decode(token)?;
    signature(&nonce, password_hash)?.verify_slice(&signed).ok()?;
    Some(nonce)
}

fn decode(token: &str) -> Option<(DeviceId, Vec<u8>)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == NONCE + 32)?;
    let (nonce, signed) = bytes.split_first_chunk()?;
    Some((*nonce, signed.to_vec()))
}

fn signature(nonce: &DeviceId, password_hash: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(password_hash.as_bytes()).ok()?;
    mac.update(b"fmdb known device\0");
    mac.update(nonce);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_to_the_accounts_that_it_signed_in_to() {
        let first = remember_device(None, "hash of anna").expect("a cookie");
        assert!(known_device(&first, "hash of anna").is_some());
        assert!(known_device(&first, "hash of bob").is_none(), "neither another account nor a new password");
        let both = remember_device(Some(&first), "hash of bob").expect("a cookie");
        assert_eq!(known_device(&both, "hash of anna"), known_device(&first, "hash of anna"));
        assert!(known_device(&both, "hash of bob").is_some());
        let again = remember_device(Some(&both), "hash of bob").expect("a cookie");
        assert_eq!(again.split('.').count(), 2, "one token for each account");
        let many = (0..9).fold(both, |cookie, n| remember_device(Some(&cookie), &n.to_string()).expect("a cookie"));
        assert_eq!(many.split('.').count(), MAX_TOKENS);
    }

    #[test]
    fn nobody_makes_up_a_device() {
        let cookie = remember_device(None, "hash").expect("a cookie");
        let mut bytes = URL_SAFE_NO_PAD.decode(&cookie).expect("base64");
        bytes[0] ^= 1;
        for bad in
            ["", ".", "x", &cookie[1..], &URL_SAFE_NO_PAD.encode(&bytes), &format!("{cookie}AA"), &"A".repeat(64)]
        {
            assert!(known_device(bad, "hash").is_none(), "{bad}");
        }
    }
}
