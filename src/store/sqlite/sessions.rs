//! Sessions and API tokens. Only hashes of secrets are stored. Both are looked up on every request that carries one, so
//! that is one indexed read, and none where nothing was committed since (see `lately`); that somebody was here is noted
//! at most once a minute, and not at all if it would wait.

use rusqlite::{OptionalExtension, params};

use super::accounts::account;
use super::read_cache::Found;
use super::{Failure, Sqlite, open};
use crate::model::Account;
use crate::store::{CachedIdentity, CredentialHash, Session, StoreError, Token};

/// Seconds between two notes that somebody was here.
const NOTED_EVERY: i64 = 60;

impl Sqlite {
    pub fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute(
                "insert into sessions (token_hash, account_id, created_at, seen_at, expires_at) \
                 values (?1, ?2, ?3, ?3, ?4)",
                params![session.token_hash, session.account, session.created_at, session.expires_at],
            )?;
            Ok(())
        })
    }

    pub fn session(&self, token_hash: &[u8], now: i64, idle: i64) -> Result<Option<Account>, StoreError> {
        let version = self.read_cache.version(&self.path);
        let found = self.read_statement(|db| {
            let mut statement = db.prepare_cached(
                "select accounts.id, name, role, accounts.created_at, seen_at, expires_at from sessions \
                 join accounts on accounts.id = account_id \
                 where token_hash = ?1 and expires_at > ?2 and seen_at > ?3",
            )?;
            let row = |row: &rusqlite::Row<'_>| {
                Ok(Found { account: account(row)?, noted_at: row.get(4)?, expires_at: row.get(5)? })
            };
            Ok(statement.query_row(params![token_hash, now, now - idle], row).optional()?)
        })?;
        let Some(found) = found else { return Ok(None) };
        if now - found.noted_at >= NOTED_EVERY {
            self.note("update sessions set seen_at = ?2 where token_hash = ?1", token_hash, now);
        }
        self.read_cache.keep(version, token_hash, found.clone());
        Ok(Some(found.account))
    }

    pub fn known(&self, secret: Option<CredentialHash<'_>>, now: i64) -> CachedIdentity {
        let hash = secret.map(|secret| match secret {
            CredentialHash::Session(hash) | CredentialHash::Token(hash) => hash,
        });
        let (head, found) = self.read_cache.current_version(&self.path, hash);
        // Idle sessions end after far more than a minute, so one that was noted within it is not idle.
        let counts = |found: &Found| {
            let is_meant = match (secret, found.expires_at) {
                (Some(CredentialHash::Session(_)), Some(end)) => end > now,
                (Some(CredentialHash::Token(_)), None) => true,
                _ => false,
            };
            is_meant && now - found.noted_at < NOTED_EVERY
        };
        CachedIdentity { head, account: found.filter(counts).map(|found| found.account) }
    }

    pub fn remove_session(&self, token_hash: &[u8]) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("delete from sessions where token_hash = ?1", [token_hash])?;
            Ok(())
        })
    }

    pub fn remove_expired_sessions(&self, now: i64, idle: i64) -> Result<u64, StoreError> {
        self.write(|db| {
            let removed =
                db.execute("delete from sessions where expires_at <= ?1 or seen_at <= ?2", params![now, now - idle])?;
            Ok(removed as u64)
        })
    }

    pub fn add_token(&self, account: i64, label: &str, token_hash: &[u8], now: i64) -> Result<i64, StoreError> {
        self.write(|db| {
            db.execute(
                "insert into api_tokens (account_id, label, token_hash, created_at) values (?1, ?2, ?3, ?4)",
                params![account, label, token_hash, now],
            )?;
            Ok(db.last_insert_rowid())
        })
    }

    pub fn tokens(&self, account: i64) -> Result<Vec<Token>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached(
                "select id, label, created_at, used_at from api_tokens where account_id = ?1 order by id",
            )?;
            let rows = statement.query_map([account], |row| {
                Ok(Token { id: row.get(0)?, label: row.get(1)?, created_at: row.get(2)?, used_at: row.get(3)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn revoke_token(&self, id: i64) -> Result<(), StoreError> {
        self.write(|db| match db.execute("delete from api_tokens where id = ?1", [id])? {
            0 => Err(Failure::from(StoreError::NotFound)),
            _ => Ok(()),
        })
    }

    pub fn token_account(&self, token_hash: &[u8], now: i64) -> Result<Option<Account>, StoreError> {
        let version = self.read_cache.version(&self.path);
        let found = self.read_statement(|db| {
            let mut statement = db.prepare_cached(
                "select accounts.id, name, role, accounts.created_at, used_at from api_tokens \
                 join accounts on accounts.id = account_id where token_hash = ?1",
            )?;
            let row = |row: &rusqlite::Row<'_>| Ok((account(row)?, row.get::<_, Option<i64>>(4)?));
            Ok(statement.query_row([token_hash], row).optional()?)
        })?;
        let Some((account, used_at)) = found else { return Ok(None) };
        if used_at.is_none_or(|used_at| now - used_at >= NOTED_EVERY) {
            self.note("update api_tokens set used_at = ?2 where token_hash = ?1", token_hash, now);
        }
        let found = Found { account: account.clone(), noted_at: used_at.unwrap_or(0), expires_at: None };
        self.read_cache.keep(version, token_hash, found);
        Ok(Some(account))
    }

    /// Notes that somebody was here, unless another write is under way, be it another process's: the next request
    /// notes it as well, and none waits for an import.
    fn note(&self, update: &str, token_hash: &[u8], now: i64) {
        let Ok(mut writer) = self.writer.try_lock() else { return };
        let noted =
            open::without_busy_timeout(&mut writer).and_then(|()| writer.execute(update, params![token_hash, now]));
        let noted = noted.and(open::with_busy_timeout(&mut writer));
        if let Err(error) = noted {
            tracing::debug!(%error, "that somebody was here is not noted");
        }
    }
}
