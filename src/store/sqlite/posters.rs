//! Pictures of movies: a row for each, by its hash, however many movies have it. One that no movie has is deleted in
//! the transaction that took it from the last one.

use rusqlite::{Connection, OptionalExtension, params};

use super::edits::{by_imdb_id, by_tmdb_id, commit_rev, next_rev, one};
use super::{Sqlite, now};
use crate::model::{Movie, MovieId};
use crate::store::{Named, StoreError};

/// Names read at once, so that no snapshot is held for long.
const PAGE: i64 = 10_000;

impl Sqlite {
    pub fn poster(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_statement(|db| {
            let mut statement = db.prepare_cached("select picture from posters where hash = ?1")?;
            Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
        })
    }

    pub fn set_poster(&self, id: MovieId, picture: Option<(&str, &[u8])>) -> Result<Movie, StoreError> {
        self.write(|db| {
            let before = one(db, id)?;
            let hash = picture.map(|(hash, _)| hash);
            if before.poster.as_deref() == hash {
                return Ok(before);
            }
            if let Some((hash, bytes)) = picture {
                db.prepare_cached("insert into posters (hash, picture) values (?1, ?2) on conflict (hash) do nothing")?
                    .execute(params![hash, bytes])?;
            }
            let counters = next_rev(db)?;
            db.prepare_cached("update movies set poster = ?2, rev = ?3, updated_at = ?4 where id = ?1")?
                .execute(params![id.0, hash, counters.rev, now()])?;
            forget(db, before.poster.as_deref())?;
            commit_rev(db, counters)?;
            one(db, id)
        })
    }

    pub fn movie_of_imdb(&self, imdb_id: &str) -> Result<Option<MovieId>, StoreError> {
        self.read_statement(|db| Ok(by_imdb_id(db, imdb_id)?))
    }

    pub fn movie_of_tmdb(&self, tmdb_id: u64) -> Result<Option<MovieId>, StoreError> {
        self.read_statement(|db| Ok(by_tmdb_id(db, tmdb_id)?))
    }

    pub fn each_name(&self, mut take: impl FnMut(Named)) -> Result<(), StoreError> {
        let mut after = MovieId(0);
        loop {
            let page = self.read_statement(|db| Ok(names(db, after)?))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            page.into_iter().for_each(&mut take);
        }
    }
}

fn names(db: &Connection, after: MovieId) -> rusqlite::Result<Vec<Named>> {
    let mut statement =
        db.prepare_cached("select id, title, original_title, year from movies where id > ?1 order by id limit ?2")?;
    let rows = statement.query_map([after.0, PAGE], |row| {
        let id = MovieId(row.get(0)?);
        Ok(Named { id, title: row.get(1)?, original_title: row.get(2)?, year: row.get(3)? })
    })?;
    rows.collect()
}

/// Deletes the picture that a movie had, unless another has it too.
pub fn forget(db: &Connection, hash: Option<&str>) -> rusqlite::Result<()> {
    let Some(hash) = hash else { return Ok(()) };
    db.prepare_cached(
        "delete from posters where hash = ?1 and not exists (select 1 from movies where movies.poster = ?1)",
    )?
    .execute([hash])?;
    Ok(())
}

/// What is wrong between movies and pictures, a sentence each.
pub fn wrong(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    let missing =
        count("select count(*) from movies where poster is not null and poster not in (select hash from posters)")?;
    let unused = count(
        "select count(*) from posters where not exists (select 1 from movies where movies.poster = posters.hash)",
    )?;
    let mut problems = Vec::new();
    if missing > 0 {
        problems.push(format!("{missing} movies have a poster that is not there; upload it again"));
    }
    if unused > 0 {
        problems.push(format!("{unused} posters belong to no movie"));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facts, MovieDraft, RawMovie};

    fn store() -> (tempfile::TempDir, Sqlite) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Sqlite::open(&folder.path().join("a.db")).expect("a database");
        (folder, store)
    }

    fn add(store: &Sqlite, title: &str) -> Movie {
        store.add_movie(&Facts { title: title.to_owned(), ..Facts::default() }).expect("added")
    }

    #[test]
    fn a_picture_is_a_change_and_goes_with_its_last_movie() {
        let (_folder, store) = store();
        let (one, two) = (add(&store, "One"), add(&store, "Two"));
        let first = store.set_poster(one.id, Some(("aa", b"picture"))).expect("set");
        assert_eq!((first.poster.as_deref(), first.rev), (Some("aa"), two.rev + 1));
        assert_eq!(store.head().expect("a rev"), first.rev);
        let again = store.set_poster(one.id, Some(("aa", b"picture"))).expect("set");
        assert_eq!(again, first, "the same picture changes nothing");
        store.set_poster(two.id, Some(("aa", b"picture"))).expect("set");
        store.set_poster(one.id, Some(("bb", b"other"))).expect("set");
        assert_eq!(store.poster("aa").expect("read").as_deref(), Some(b"picture".as_slice()), "the other movie has it");
        store.delete_movie(two.id).expect("deleted");
        assert_eq!(store.poster("aa").expect("read"), None);
        assert_eq!(store.set_poster(one.id, None).expect("taken").poster, None);
        assert_eq!(store.poster("bb").expect("read"), None);
        assert!(matches!(store.set_poster(two.id, None), Err(StoreError::NotFound)));
        assert_eq!(store.check().expect("checked"), Vec::<String>::new());
    }

    #[test]
    fn facts_never_touch_a_picture() {
        let (_folder, store) = store();
        let movie = add(&store, "One");
        store.set_poster(movie.id, Some(("aa", b"picture"))).expect("set");
        let mut raw = RawMovie::default();
        raw.set(crate::model::Field::Year, crate::model::RawValue::Number(1977.0));
        let draft = MovieDraft::check(&raw).expect("a draft");
        assert_eq!(store.update_movie(movie.id, &draft).expect("updated").poster.as_deref(), Some("aa"));
    }

    #[test]
    fn a_check_tells_of_pictures_that_are_lost() {
        let (_folder, store) = store();
        let movie = add(&store, "One");
        store.set_poster(movie.id, Some(("aa", b"picture"))).expect("set");
        store.write(|db| Ok(db.execute_batch("update posters set hash = 'bb'")?)).expect("spoilt");
        assert_eq!(store.check().expect("checked").len(), 2);
    }
}
