//! A folder of pictures: each file's name says whose it is, by an id (`tt0076759.jpg`, `tmdb-603.webp`) or by title and
//! year (`Star Wars (1977).png`). One picture is in memory at a time; a file that cannot be used is told and passed over.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::dump::PosterReport;
use crate::model::fold::fold;
use crate::model::{Movie, MovieId};
use crate::picture::{self, ImageError, MAX_BYTES};
use crate::store::StoreError;

/// What ends it early.
#[derive(Debug, thiserror::Error)]
pub enum PostersError {
    /// The folder cannot be read.
    #[error("the folder `{0}` cannot be read: {1}; check the path")]
    Folder(String, io::Error),
    /// The database failed; the pictures before are kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What could not be used cannot be written down.
    #[error("the rejected pictures cannot be written: {0}")]
    Rejects(io::Error),
}

/// A file that was not used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SkippedFile {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// The pictures of a folder, in the order of their names.
pub struct Folder {
    files: Vec<PathBuf>,
}

impl Folder {
    /// Lists the folder, so that a mistyped path is found before anything is changed. Files that are not called like a
    /// picture, and folders in it, are left alone.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(folder: &Path) -> Result<Self, PostersError> {
        let failed = |error| PostersError::Folder(folder.display().to_string(), error);
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if is_picture(&path) && path.is_file() {
                files.push(path);
            }
        }
        // Of two files for one movie the one that names an id counts.
        files.sort_by_cached_key(|file| (matches!(Whose::of(file), Whose::Named(..)), file.clone()));
        Ok(Self { files })
    }

    /// Gives each movie that a file names its picture. `tell` hears of each file that was not used.
    ///
    /// # Errors
    /// The database failed, or `tell` did.
    pub fn import(
        &self,
        app: &App,
        dry_run: bool,
        mut tell: impl FnMut(&SkippedFile) -> io::Result<()>,
    ) -> Result<PosterReport, PostersError> {
        let names = Names::of(app, &self.files)?;
        let mut report = PosterReport::default();
        let mut done = HashSet::new();
        for path in &self.files {
            report.read += 1;
            let outcome = one(app, &names, path, dry_run, &mut done)?;
            let reason = match outcome {
                Outcome::Set => {
                    report.set += 1;
                    continue;
                }
                Outcome::Unchanged => {
                    report.unchanged += 1;
                    continue;
                }
                Outcome::Unmatched(reason) => {
                    report.unmatched += 1;
                    reason
                }
                Outcome::Rejected(reason) => {
                    report.rejected += 1;
                    reason
                }
            };
            tell(&SkippedFile { file: path.display().to_string(), reason }).map_err(PostersError::Rejects)?;
        }
        app.following.wake();
        Ok(report)
    }
}

/// What became of one file.
enum Outcome {
    Set,
    Unchanged,
    Unmatched(String),
    Rejected(String),
}

fn one(
    app: &App,
    names: &Names,
    path: &Path,
    dry_run: bool,
    done: &mut HashSet<MovieId>,
) -> Result<Outcome, PostersError> {
    let movie = match names.movie(app, path)? {
        Ok(movie) => movie,
        Err(reason) => return Ok(Outcome::Unmatched(reason)),
    };
    let Movie { id, facts, poster, .. } = movie;
    let picture = match read(path).and_then(|file| picture::prepare(&file).map_err(|unfit| unfit.to_string())) {
        Ok(picture) => picture,
        Err(reason) => return Ok(Outcome::Rejected(reason)),
    };
    if !done.insert(id) {
        return Ok(Outcome::Unmatched(format!("movie {id} (`{}`) has got another file's picture", facts.title)));
    }
    if poster.as_deref() == Some(&picture.hash) {
        return Ok(Outcome::Unchanged);
    }
    if dry_run {
        return Ok(Outcome::Set);
    }
    match app.store.set_poster(id, Some((&picture.hash, &picture.bytes))) {
        Ok(_) => Ok(Outcome::Set),
        Err(StoreError::NotFound) => Ok(Outcome::Unmatched(format!("movie {id} has just been deleted"))),
        Err(error) => Err(error.into()),
    }
}

/// The file's bytes; one byte more than may be where there are more, so that a huge file is never read whole.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() > MAX_BYTES { Err(ImageError::TooLarge.to_string()) } else { Ok(bytes) }
}

fn is_picture(path: &Path) -> bool {
    let kind = path.extension().map(|kind| kind.to_string_lossy().to_ascii_lowercase());
    matches!(kind.as_deref(), Some("jpg" | "jpeg" | "png" | "webp"))
}

/// Whose picture a file's name says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whose {
    Imdb(String),
    Tmdb(u64),
    /// The folded title, and the year.
    Named(String, u16),
    Nobody,
}

impl Whose {
    fn of(path: &Path) -> Self {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().trim().to_owned()).unwrap_or_default();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let lower = stem.to_ascii_lowercase();
        if let Some(number) = lower.strip_prefix("tt").filter(|number| number.len() >= 7 && digits(number)) {
            return Self::Imdb(format!("tt{number}"));
        }
        if let Some(number) = lower.strip_prefix("tmdb-").filter(|number| digits(number)) {
            return number.parse().map_or(Self::Nobody, Self::Tmdb);
        }
        let named = stem.strip_suffix(')').and_then(|text| text.rsplit_once('('));
        let named = named.filter(|(title, year)| !title.trim().is_empty() && year.len() == 4 && digits(year));
        match named.and_then(|(title, year)| Some((fold(title), year.parse().ok()?))) {
            Some((title, year)) => Self::Named(title, year),
            None => Self::Nobody,
        }
    }
}

/// The movies that have the titles and years of the files. Titles count before original titles.
#[derive(Default)]
struct Names {
    titles: HashMap<(String, u16), Vec<MovieId>>,
    originals: HashMap<(String, u16), Vec<MovieId>>,
}

impl Names {
    /// Reads the names of all movies once, if any file needs them; keeps those that files have.
    fn of(app: &App, files: &[PathBuf]) -> Result<Self, StoreError> {
        let mut names = Self::default();
        for file in files {
            if let Whose::Named(title, year) = Whose::of(file) {
                names.titles.insert((title.clone(), year), Vec::new());
                names.originals.insert((title, year), Vec::new());
            }
        }
        let years: HashSet<u16> = names.titles.keys().map(|(_, year)| *year).collect();
        if years.is_empty() {
            return Ok(names);
        }
        app.store.each_name(|named| {
            let Some(year) = named.year.filter(|year| years.contains(year)) else { return };
            if let Some(ids) = names.titles.get_mut(&(fold(&named.title), year)) {
                ids.push(named.id);
            } else if let Some(original) = named.original_title
                && let Some(ids) = names.originals.get_mut(&(fold(&original), year))
            {
                ids.push(named.id);
            }
        })?;
        Ok(names)
    }

    /// The movie of a file, or why there is none.
    fn movie(&self, app: &App, path: &Path) -> Result<Result<Movie, String>, StoreError> {
        let (id, what) = match Whose::of(path) {
            Whose::Imdb(imdb_id) => (app.store.movie_of_imdb(&imdb_id)?, format!("no movie has the id {imdb_id}")),
            Whose::Tmdb(number) => (app.store.movie_of_tmdb(number)?, format!("no movie has the TMDB id {number}")),
            Whose::Named(title, year) => {
                let key = (title, year);
                let of = |map: &HashMap<_, Vec<MovieId>>| map.get(&key).cloned().unwrap_or_default();
                let ids = Some(of(&self.titles)).filter(|ids| !ids.is_empty()).unwrap_or_else(|| of(&self.originals));
                match ids.as_slice() {
                    [only] => (Some(*only), String::new()),
                    [] => (None, format!("no movie of {year} has this title")),
                    more => (None, format!("{} movies of {year} have this title; name it by an id", more.len())),
                }
            }
            Whose::Nobody => (None, "name it `tt0076759.jpg`, `tmdb-603.jpg` or `Title (1977).jpg`".to_owned()),
        };
        let movie = id.map(|id| app.store.movie(id)).transpose()?.flatten();
        Ok(movie.ok_or(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_whose_they_are() {
        let whose = |name: &str| Whose::of(Path::new(name));
        assert_eq!(whose("posters/tt0076759.jpg"), Whose::Imdb("tt0076759".to_owned()));
        assert_eq!(whose("TT10872600.PNG"), Whose::Imdb("tt10872600".to_owned()));
        assert_eq!(whose("tmdb-603.webp"), Whose::Tmdb(603));
        assert_eq!(whose("Star Wars (1977).jpg"), Whose::Named("star wars".to_owned(), 1977));
        assert_eq!(whose("Amélie (Le Fabuleux) (2001).jpg"), Whose::Named("amelie le fabuleux".to_owned(), 2001));
        assert_eq!(whose("2001 - A Space Odyssey (1968).jpeg"), whose("2001: a space odyssey (1968).png"));
        // The accent may be a letter of its own, as some systems write it.
        assert_eq!(whose("Ame\u{301}lie (2001).jpg"), whose("Amélie (2001).jpg"));
        for nobody in
            ["tt12.jpg", "tmdb-.jpg", "tmdb-99999999999999999999999.jpg", "Star Wars.jpg", "(1977).jpg", ".jpg"]
        {
            assert_eq!(whose(nobody), Whose::Nobody, "{nobody}");
        }
    }

    #[test]
    fn pictures_are_told_by_their_names() {
        assert!(is_picture(Path::new("a.JPG")) && is_picture(Path::new("a.webp")));
        assert!(!is_picture(Path::new("a.gif")) && !is_picture(Path::new("jpg")) && !is_picture(Path::new("a.nfo")));
    }
}
