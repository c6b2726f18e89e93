//! Accounts and the setup token. The last admin stays one.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Failure, Sqlite, now};
use crate::model::lookalike::Look;
use crate::model::{Account, Role, Username};
use crate::store::StoreError;

impl Sqlite {
    pub fn add_account(&self, name: &Username, password_hash: &str, role: Role) -> Result<Account, StoreError> {
        self.write(|db| insert(db, name, password_hash, role))
    }

    pub fn add_first_admin(
        &self,
        token_hash: &[u8],
        name: &Username,
        password_hash: &str,
    ) -> Result<Account, StoreError> {
        self.write(|db| {
            if has_admin(db)? || !has_setup_token(db, token_hash)? {
                return Err(StoreError::NotFound.into());
            }
            let account = insert(db, name, password_hash, Role::Admin)?;
            db.execute("delete from setup_tokens", [])?;
            Ok(account)
        })
    }

    pub fn keep_setup_token(&self, token_hash: &[u8], now: i64) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("delete from setup_tokens", [])?;
            db.execute("insert into setup_tokens (token_hash, created_at) values (?1, ?2)", params![token_hash, now])?;
            Ok(())
        })
    }

    pub fn is_setup_token(&self, token_hash: &[u8]) -> Result<bool, StoreError> {
        self.read(|db| Ok(!has_admin(db)? && has_setup_token(db, token_hash)?))
    }

    pub fn has_admin(&self) -> Result<bool, StoreError> {
        self.read(|db| Ok(has_admin(db)?))
    }

    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("select id, name, role, created_at from accounts order by id")?;
            let rows = statement.query_map([], account)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn account(&self, name: &Username) -> Result<Option<Account>, StoreError> {
        Ok(self.credentials(name)?.map(|(account, _)| account))
    }

    pub fn credentials(&self, name: &Username) -> Result<Option<(Account, String)>, StoreError> {
        self.read(|db| {
            let mut statement = db
                .prepare_cached("select id, name, role, created_at, password_hash from accounts where name_key = ?1")?;
            Ok(statement.query_row([name.key()], |row| Ok((account(row)?, row.get(4)?))).optional()?)
        })
    }

    pub fn set_password(&self, id: i64, password_hash: &str, keep: Option<&[u8]>) -> Result<(), StoreError> {
        self.write(|db| {
            let changed = "update accounts set password_hash = ?2 where id = ?1";
            found(db.execute(changed, params![id, password_hash])?)?;
            let ended = "delete from sessions where account_id = ?1 and token_hash is not ?2";
            db.execute(ended, params![id, keep])?;
            Ok(())
        })
    }

    pub fn check_new_name(&self, name: &Username) -> Result<(), StoreError> {
        self.read(|db| refuse_known_name(db, name))
    }

    pub fn replace_password_hash(&self, id: i64, old: &str, new: &str) -> Result<(), StoreError> {
        self.write(|db| {
            let changed = "update accounts set password_hash = ?3 where id = ?1 and password_hash = ?2";
            db.execute(changed, params![id, old, new])?;
            Ok(())
        })
    }

    pub fn has_password_hash_without(&self, mark: &str) -> Result<bool, StoreError> {
        self.read(|db| Ok(db.prepare("select 1 from accounts where instr(password_hash, ?1) = 0")?.exists([mark])?))
    }

    pub fn set_role(&self, id: i64, role: Role) -> Result<(), StoreError> {
        self.write(|db| {
            if role != Role::Admin {
                refuse_last_admin(db, id)?;
            }
            found(db.execute("update accounts set role = ?2 where id = ?1", params![id, role.name()])?)?;
            db.execute("delete from sessions where account_id = ?1", [id])?;
            Ok(())
        })
    }

    pub fn remove_account(&self, id: i64) -> Result<(), StoreError> {
        self.write(|db| {
            refuse_last_admin(db, id)?;
            found(db.execute("delete from accounts where id = ?1", [id])?)
        })
    }
}

/// The columns `id, name, role, created_at`.
pub fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let role: String = row.get(2)?;
    // A role that this version does not know may do the least.
    let role = Role::parse(&role).unwrap_or(Role::User);
    Ok(Account { id: row.get(0)?, name: row.get(1)?, role, created_at: row.get(3)? })
}

fn insert(db: &Connection, name: &Username, password_hash: &str, role: Role) -> Result<Account, Failure> {
    refuse_known_name(db, name)?;
    let created_at = now();
    db.execute(
        "insert into accounts (name, name_key, password_hash, role, created_at) values (?1, ?2, ?3, ?4, ?5)",
        params![name.as_str(), name.key(), password_hash, role.name(), created_at],
    )?;
    Ok(Account { id: db.last_insert_rowid(), name: name.as_str().to_owned(), role, created_at })
}

/// Refuses a name that an account has, or that looks like one. All names are read: accounts are few, and made seldom.
fn refuse_known_name(db: &Connection, name: &Username) -> Result<(), Failure> {
    let mut same = db.prepare("select name from accounts where name_key = ?1")?;
    if let Some(known) = same.query_row([name.key()], |row| row.get(0)).optional()? {
        return Err(StoreError::NameTaken(known).into());
    }
    let look = Look::of(name.as_str());
    let mut names = db.prepare("select name from accounts")?;
    let mut rows = names.query([])?;
    while let Some(row) = rows.next()? {
        let known: String = row.get(0)?;
        if look.is_like(&Look::of(&known)) {
            return Err(StoreError::NameConfusable(known).into());
        }
    }
    Ok(())
}

fn has_admin(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("select 1 from accounts where role = 'admin'")?.exists([])
}

fn has_setup_token(db: &Connection, token_hash: &[u8]) -> rusqlite::Result<bool> {
    db.prepare_cached("select 1 from setup_tokens where token_hash = ?1")?.exists([token_hash])
}

fn refuse_last_admin(db: &Connection, id: i64) -> Result<(), Failure> {
    let mut statement = db.prepare("select id from accounts where role = 'admin' limit 2")?;
    let admins = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    if admins == [id] { Err(StoreError::LastAdmin.into()) } else { Ok(()) }
}

fn found(changed: usize) -> Result<(), Failure> {
    if changed == 0 { Err(StoreError::NotFound.into()) } else { Ok(()) }
}
