//! Accounts: sign-up, sign-in, sessions, API tokens, the first admin. Of every secret that is handed out the database
//! keeps a SHA-256 alone.
//!
//! Who is asking is found by `web::guard`; what a name and a password must look like is in `model::account`. Passwords
//! are hashed in `password`, guesses limited in `attempts`, browsers remembered in `device`.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::FlowError;
use super::attempts::{Attempt, Guesser};
use super::cached_identity::Credential;
use super::device::{known_device, remember_device};
use super::password::{hash_password, is_outdated, verify_password};
use crate::app::App;
use crate::model::account::{check_password, normalize_password};
use crate::model::{Account, ClientKey, FieldErrors, Role, Username};
use crate::store::{CachedIdentity, CredentialHash, Session, Token};

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
    /// The cookie of known devices, with this account.
    pub devices: Option<String>,
}

/// Where a sign-in or a sign-up comes from.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The client's address in limits.
    pub client: ClientKey,
    /// The cookie of known devices, if the browser has one; see [`super::device`].
    pub devices: Option<String>,
}

/// Makes an account; sign-up must be open. The number of new accounts is limited, see [`super::attempts`].
///
/// # Errors
/// Invalid (also where the name is taken), too many, refused where sign-up is closed.
pub fn sign_up(app: &App, name: &str, password: &str, from: &Visitor) -> Result<SignedIn, FlowError> {
    if !app.config.signup_open {
        return Err(FlowError::Refused);
    }
    let name = check_new(app, name, password)?;
    Attempt::sign_up(from.client)?;
    let hash = hash_password(password)?;
    let account = app.store.add_account(&name, &hash, Role::User)?;
    begin(app, account, &hash, from)
}

/// Signs in. Guesses are limited for each client, and for the account as a whole; a device that has signed in to it
/// before has a budget of its own.
///
/// # Errors
/// Refused, too many, unavailable or failed.
pub fn sign_in(app: &App, name: &str, password: &str, from: &Visitor) -> Result<SignedIn, FlowError> {
    let Ok(name) = Username::parse(name) else { return Err(FlowError::Refused) };
    let known = app.store.credentials(&name)?;
    let device = known.as_ref().zip(from.devices.as_ref()).and_then(|((_, hash), cookie)| known_device(cookie, hash));
    let guesser = device.map_or(Guesser::Stranger(from.client), Guesser::KnownDevice);
    let attempt = Attempt::guess(&name.key(), guesser)?;
    let is_right = verify_password(&app.store, password, known.as_ref().map(|(_, hash)| hash.as_str()))?;
    let Some((account, mut hash)) = known.filter(|_| is_right) else { return Err(FlowError::Refused) };
    attempt.succeeded();
    if is_outdated(&hash) {
        let new = hash_password(password)?;
        app.store.replace_password_hash(account.id, &hash, &new)?;
        hash = new;
    }
    app.store.remove_expired_sessions(now(), SESSION_IDLE)?;
    begin(app, account, &hash, from)
}

/// Removes the account of a signed-in visitor who gives its password once more, with everything that is theirs.
/// Guesses are limited.
///
/// # Errors
/// Refused, too many, last admin, unavailable or failed.
pub fn leave(app: &App, account: &Account, password: &str) -> Result<(), FlowError> {
    let Ok(name) = Username::parse(&account.name) else { return Err(FlowError::Refused) };
    let attempt = Attempt::guess(&name.key(), Guesser::Session)?;
    let (known, hash) = app.store.credentials(&name)?.ok_or(FlowError::NotFound)?;
    if known.id != account.id || !verify_password(&app.store, password, Some(&hash))? {
        return Err(FlowError::Refused);
    }
    attempt.succeeded();
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
pub fn known(app: &App, shown: Credential<'_>) -> CachedIdentity {
    match shown {
        Credential::Nothing => app.store.known(None, now()),
        Credential::Session(secret) => app.store.known(Some(CredentialHash::Session(&secret_hash(secret))), now()),
        Credential::Token(secret) => app.store.known(Some(CredentialHash::Token(&secret_hash(secret))), now()),
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
pub fn set_up(app: &App, secret: &str, name: &str, password: &str, from: &Visitor) -> Result<SignedIn, FlowError> {
    if !is_setup(app, secret)? {
        return Err(FlowError::NotFound);
    }
    let name = check_new(app, name, password)?;
    let hash = hash_password(password)?;
    let account = app.store.add_first_admin(&secret_hash(secret), &name, &hash)?;
    begin(app, account, &hash, from)
}

/// Makes an account from the command line.
///
/// # Errors
/// Invalid, also where the name is taken.
pub fn add(app: &App, name: &str, password: &str, role: Role) -> Result<Account, FlowError> {
    let name = check_new(app, name, password)?;
    Ok(app.store.add_account(&name, &hash_password(password)?, role)?)
}

/// Sets a new password and ends all sessions.
///
/// # Errors
/// Not found, or invalid.
pub fn set_password(app: &App, name: &str, password: &str) -> Result<(), FlowError> {
    let account = find(app, name)?;
    check_password(&normalize_password(password), &Username::parse(name)?)?;
    Ok(app.store.set_password(account.id, &hash_password(password)?, None)?)
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

fn begin(app: &App, account: Account, password_hash: &str, from: &Visitor) -> Result<SignedIn, FlowError> {
    let secret = new_secret();
    let created_at = now();
    let session = Session {
        token_hash: secret_hash(&secret),
        account: account.id,
        created_at,
        expires_at: created_at + SESSION_AGE,
    };
    app.store.add_session(&session)?;
    let devices = remember_device(from.devices.as_deref(), password_hash);
    Ok(SignedIn { account, secret, devices })
}

/// Checks name and password of a new account, before anything is hashed. All that is wrong is told at once.
fn check_new(app: &App, name: &str, password: &str) -> Result<Username, FlowError> {
    let parsed = Username::parse_new(name);
    let mut errors = parsed.as_ref().err().cloned().unwrap_or_default();
    let anybody = Username::parse("x").ok();
    if let Some(username) = parsed.as_ref().ok().or(anybody.as_ref())
        && let Err(FieldErrors(found)) = check_password(&normalize_password(password), username)
    {
        errors.0.extend(found);
    }
    match parsed {
        Ok(name) if errors.is_empty() => {
            app.store.check_new_name(&name)?;
            Ok(name)
        }
        _ => Err(errors.into()),
    }
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
