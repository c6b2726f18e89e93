//! Accounts: sign-up, sign-in, sessions, API tokens, the first admin. Passwords are hashed with argon2id; of every
//! secret that is handed out the database keeps a SHA-256 alone.
//!
//! Who is asking is found by `web::guard`; what a name and a password must look like is in `model::account`.

use std::net::IpAddr;
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::FlowError;
use super::glance::Shown;
use crate::app::App;
use crate::model::account::check_password;
use crate::model::{Account, FieldErrors, Role, Username};
use crate::store::{Known, Secret, Session, Token};

/// A session ends after so many seconds, however much it is used.
pub const SESSION_AGE: i64 = 30 * 24 * 3600;
/// A session ends after so many seconds without a request.
pub const SESSION_IDLE: i64 = 14 * 24 * 3600;

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Whose it is.
    pub account: Account,
    /// The secret of the cookie, told once.
    pub secret: String,
}

/// Makes an account; sign-up must be open, and one address makes no more than some tens of accounts an hour.
///
/// # Errors
/// Invalid (also where the name is taken), too many, refused where sign-up is closed.
pub fn sign_up(app: &App, name: &str, password: &str, from: IpAddr) -> Result<SignedIn, FlowError> {
    if !app.config.signup_open {
        return Err(FlowError::Refused);
    }
    let (name, hash) = checked(name, password, || SIGN_UPS.check(&(String::new(), from)))?;
    let account = app.store.add_account(&name, &hash, Role::User)?;
    SIGN_UPS.failed(&(String::new(), from));
    begin(app, account)
}

/// Signs in. Ten wrong passwords for one account from one address close that pair for a while; other addresses,
/// and so the owner, do not feel it.
///
/// # Errors
/// Refused, too many, unavailable or failed.
pub fn sign_in(app: &App, name: &str, password: &str, from: IpAddr) -> Result<SignedIn, FlowError> {
    let Ok(name) = Username::parse(name) else { return Err(FlowError::Refused) };
    let pair = (name.key(), from);
    GUESSES.check(&pair)?;
    let known = app.store.credentials(&name)?;
    // An unknown name costs as much time as a wrong password, so that time does not tell which names there are.
    let hash = known.as_ref().map_or(NOBODY.as_str(), |(_, hash)| hash.as_str());
    let is_right = verify(password, hash);
    let Some((account, hash)) = known.filter(|_| is_right) else {
        GUESSES.failed(&pair);
        return Err(FlowError::Refused);
    };
    GUESSES.forget(&pair);
    if is_outdated(&hash) {
        app.store.set_password(account.id, &self::hash(password)?, None)?;
    }
    app.store.remove_expired_sessions(now(), SESSION_IDLE)?;
    begin(app, account)
}

/// Removes the account of somebody who gives its password once more, with everything that is theirs. Guessing is
/// limited as at sign-in.
///
/// # Errors
/// Refused, too many, last admin, unavailable or failed.
pub fn leave(app: &App, account: &Account, password: &str, from: IpAddr) -> Result<(), FlowError> {
    let Ok(name) = Username::parse(&account.name) else { return Err(FlowError::Refused) };
    let pair = (name.key(), from);
    GUESSES.check(&pair)?;
    let (known, hash) = app.store.credentials(&name)?.ok_or(FlowError::NotFound)?;
    if known.id != account.id || !verify(password, &hash) {
        GUESSES.failed(&pair);
        return Err(FlowError::Refused);
    }
    Ok(app.store.remove_account(account.id)?)
}

/// Ends a session.
///
/// # Errors
/// Unavailable or failed.
pub fn sign_out(app: &App, secret: &str) -> Result<(), FlowError> {
    Ok(app.store.remove_session(&secret_hash(secret))?)
}

/// The account of a session's cookie.
///
/// # Errors
/// Unavailable or failed; a session that does not count is none.
pub fn of_session(app: &App, secret: &str) -> Result<Option<Account>, FlowError> {
    Ok(app.store.session(&secret_hash(secret), now(), SESSION_IDLE)?)
}

/// What is known of somebody, and of the catalogue, without a query.
pub fn known(app: &App, shown: Shown<'_>) -> Known {
    match shown {
        Shown::Nothing => app.store.known(None, now()),
        Shown::Session(secret) => app.store.known(Some(Secret::Session(&secret_hash(secret))), now()),
        Shown::Token(secret) => app.store.known(Some(Secret::Token(&secret_hash(secret))), now()),
    }
}

/// The account of an API token.
///
/// # Errors
/// Unavailable or failed; an unknown token is none.
pub fn of_token(app: &App, secret: &str) -> Result<Option<Account>, FlowError> {
    Ok(app.store.token_account(&secret_hash(secret), now())?)
}

/// There is an admin.
///
/// # Errors
/// Unavailable or failed.
pub fn has_admin(app: &App) -> Result<bool, FlowError> {
    Ok(app.store.has_admin()?)
}

/// The secret of a new setup link, which replaces any older one; `None` where there is an admin.
///
/// # Errors
/// Unavailable or failed.
pub fn new_setup_link(app: &App) -> Result<Option<String>, FlowError> {
    if app.store.has_admin()? {
        return Ok(None);
    }
    let secret = new_secret();
    app.store.keep_setup_token(&secret_hash(&secret), now())?;
    Ok(Some(secret))
}

/// The setup link leads to a form: its secret is right and there is no admin yet.
///
/// # Errors
/// Unavailable or failed.
pub fn is_setup(app: &App, secret: &str) -> Result<bool, FlowError> {
    Ok(app.store.is_setup_token(&secret_hash(secret))?)
}

/// Makes the first admin; works once.
///
/// # Errors
/// Not found where the secret is wrong or there is an admin; invalid.
pub fn set_up(app: &App, secret: &str, name: &str, password: &str) -> Result<SignedIn, FlowError> {
    if !is_setup(app, secret)? {
        return Err(FlowError::NotFound);
    }
    let (name, hash) = checked(name, password, || Ok(()))?;
    let account = app.store.add_first_admin(&secret_hash(secret), &name, &hash)?;
    begin(app, account)
}

/// Makes an account from the command line.
///
/// # Errors
/// Invalid, also where the name is taken.
pub fn add(app: &App, name: &str, password: &str, role: Role) -> Result<Account, FlowError> {
    let (name, hash) = checked(name, password, || Ok(()))?;
    Ok(app.store.add_account(&name, &hash, role)?)
}

/// Sets a new password and ends all sessions.
///
/// # Errors
/// Not found, or invalid.
pub fn set_password(app: &App, name: &str, password: &str) -> Result<(), FlowError> {
    let account = find(app, name)?;
    let (_, hash) = checked(name, password, || Ok(()))?;
    Ok(app.store.set_password(account.id, &hash, None)?)
}

/// The account of a name.
///
/// # Errors
/// Not found.
pub fn find(app: &App, name: &str) -> Result<Account, FlowError> {
    let name = Username::parse(name).map_err(|_| FlowError::NotFound)?;
    app.store.account(&name)?.ok_or(FlowError::NotFound)
}

/// Makes an API token; its secret is told here and never again.
///
/// # Errors
/// Not found.
pub fn add_token(app: &App, name: &str, label: &str) -> Result<String, FlowError> {
    let account = find(app, name)?;
    let secret = format!("fmdb_{}", new_secret());
    app.store.add_token(account.id, label, &secret_hash(&secret), now())?;
    Ok(secret)
}

/// The API tokens of an account.
///
/// # Errors
/// Not found.
pub fn tokens(app: &App, name: &str) -> Result<Vec<Token>, FlowError> {
    Ok(app.store.tokens(find(app, name)?.id)?)
}

fn begin(app: &App, account: Account) -> Result<SignedIn, FlowError> {
    let secret = new_secret();
    let created_at = now();
    let session = Session {
        token_hash: secret_hash(&secret),
        account: account.id,
        created_at,
        expires_at: created_at + SESSION_AGE,
    };
    app.store.add_session(&session)?;
    Ok(SignedIn { account, secret })
}

/// Checks a name and a password for a new account, then `allowed`, and hashes.
fn checked(
    name: &str,
    password: &str,
    allowed: impl FnOnce() -> Result<(), FlowError>,
) -> Result<(Username, String), FlowError> {
    let parsed = Username::parse(name);
    let mut errors = parsed.as_ref().err().cloned().unwrap_or_default();
    let anybody = Username::parse("x").ok();
    if let Some(username) = parsed.as_ref().ok().or(anybody.as_ref())
        && let Err(FieldErrors(found)) = check_password(password, username)
    {
        errors.0.extend(found);
    }
    let name = match parsed {
        Ok(name) if errors.is_empty() => name,
        _ => return Err(errors.into()),
    };
    allowed()?;
    Ok((name, hash(password)?))
}

/// 256 random bits as text that fits into cookies and addresses.
fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn secret_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// OWASP's parameters: 19 MiB, two passes, one lane (ASVS 5.0, appendix C).
static ARGON2: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

/// The hash that stands for an unknown name.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&new_secret()).unwrap_or_default());

fn hash(password: &str) -> Result<String, FlowError> {
    let _turn = HASHING.take();
    let hashed = ARGON2.hash_password(password.as_bytes());
    hashed
        .map(|hash| hash.to_string())
        .map_err(|error| FlowError::Failed(format!("the password was not hashed: {error}")))
}

/// The hash was made with other parameters than those of today.
fn is_outdated(hash: &str) -> bool {
    let today = ARGON2.params();
    let made = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    made.is_none_or(|made| {
        (made.m_cost(), made.t_cost(), made.p_cost()) != (today.m_cost(), today.t_cost(), today.p_cost())
    })
}

fn verify(password: &str, hash: &str) -> bool {
    let _turn = HASHING.take();
    PasswordHash::new(hash).is_ok_and(|hash| ARGON2.verify_password(password.as_bytes(), &hash).is_ok())
}

/// Passwords hashed at once: each takes a core and 19 MiB, and browsing must not feel a wave of sign-ins.
static HASHING: Turns = Turns { free: Mutex::new(2), freed: Condvar::new() };

struct Turns {
    free: Mutex<u32>,
    freed: Condvar,
}

impl Turns {
    fn take(&self) -> Turn<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Turn(self)
    }
}

struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// Wrong passwords, for an account from an address.
static GUESSES: LazyLock<Limit> = LazyLock::new(|| Limit::new(10, Duration::from_secs(60)));
/// New accounts, from an address.
static SIGN_UPS: LazyLock<Limit> = LazyLock::new(|| Limit::new(60, Duration::from_secs(60)));

/// The longest wait, and how long failures are remembered.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Counts failures by account and address. After `allowed` of them each further one doubles the wait.
struct Limit {
    allowed: u32,
    first_wait: Duration,
    failures: Cache<(String, IpAddr), (u32, Instant)>,
}

impl Limit {
    fn new(allowed: u32, first_wait: Duration) -> Self {
        // Bounded, so that guessing over many names does not fill the memory.
        let failures = Cache::builder().max_capacity(100_000).time_to_idle(LONGEST).build();
        Self { allowed, first_wait, failures }
    }

    fn check(&self, pair: &(String, IpAddr)) -> Result<(), FlowError> {
        let Some((count, last)) = self.failures.get(pair).filter(|(count, _)| *count >= self.allowed) else {
            return Ok(());
        };
        let wait = self.first_wait.saturating_mul(1 << (count - self.allowed).min(10)).min(LONGEST);
        let rest = wait.saturating_sub(last.elapsed());
        if rest.is_zero() { Ok(()) } else { Err(FlowError::TooMany(rest.as_secs() + 1)) }
    }

    fn failed(&self, pair: &(String, IpAddr)) {
        self.failures.entry_by_ref(pair).and_upsert_with(|known| {
            let before = known.map_or(0, |entry| entry.into_value().0);
            (before.saturating_add(1), Instant::now())
        });
    }

    fn forget(&self, pair: &(String, IpAddr)) {
        self.failures.invalidate(pair);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_limited_for_one_pair_only() {
        let limit = Limit::new(3, Duration::from_secs(60));
        let pair = ("anna".to_owned(), IpAddr::from([192, 0, 2, 1]));
        let elsewhere = ("anna".to_owned(), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..3 {
            assert!(limit.check(&pair).is_ok());
            limit.failed(&pair);
        }
        assert!(matches!(limit.check(&pair), Err(FlowError::TooMany(1..=60))));
        assert!(limit.check(&elsewhere).is_ok());
        limit.failed(&pair);
        assert!(matches!(limit.check(&pair), Err(FlowError::TooMany(61..=120))));
        limit.forget(&pair);
        assert!(limit.check(&pair).is_ok());
    }

    #[test]
    fn a_hash_is_of_one_password() {
        let hashed = hash("correct horse").expect("hashed");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse", &hashed));
        assert!(!verify("correct hors", &hashed));
        assert!(!verify("anything", "no hash"));
        assert!(!is_outdated(&hashed));
        assert!(is_outdated(&hashed.replace("t=2", "t=3")));
    }
}
