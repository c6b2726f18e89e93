//! Looking around in the catalogue: what is around a movie, a person, a genre, a decade, all in figures, anything.

use std::cmp::Reverse;

use super::FlowError;
use super::search::{listing, ready};
use crate::app::App;
use crate::model::fold::fold;
use crate::model::{
    Facet, ListingQuery, Movie, MovieId, Person, Related, ScoreRank, Sort, Statistics, Theme, Themed, genre,
};

/// Movies in a row of cards.
const ROW: usize = 12;
/// The most films of a person, of each kind.
const FILMS: usize = 500;

/// What is around a movie. The movie can be shown without that too, while the index is being built or built anew.
pub fn related(app: &App, movie: &Movie) -> Related {
    neighbours(app, movie).unwrap_or_else(|error| {
        tracing::warn!(%error, movie = movie.id.0, "a movie is shown without what is around it");
        Related::default()
    })
}

fn neighbours(app: &App, movie: &Movie) -> Result<Related, FlowError> {
    ready(app)?;
    let near = app.index.related(movie, ROW)?;
    let mut directed = app.store.movies(&near.directed)?;
    // Names are asked for by numbers, which two may share.
    let director = movie.facts.directors.first().map(|name| fold(name));
    directed.retain(|other| other.facts.directors.iter().any(|name| Some(fold(name)) == director));
    let similar = app.store.movies(&near.similar)?;
    let place = near.above.map(|(above, of)| ScoreRank { rank: above + 1, of });
    Ok(Related { directed, similar, place })
}

/// Everybody of this name, as one person.
///
/// # Errors
/// Not found where nobody has the name; unavailable or failed.
pub fn person(app: &App, name: &str) -> Result<Person, FlowError> {
    ready(app)?;
    let wanted = fold(name);
    let films = app.index.films(name, FILMS)?;
    let (mut directed, mut acted) = (app.store.movies(&films.directed)?, app.store.movies(&films.acted)?);
    directed.retain(|movie| movie.facts.directors.iter().any(|name| fold(name) == wanted));
    acted.retain(|movie| movie.facts.cast.iter().any(|name| fold(name) == wanted));
    let directors = directed.iter().flat_map(|movie| &movie.facts.directors);
    let actors = acted.iter().flat_map(|movie| &movie.facts.cast);
    let name = directors.chain(actors).find(|name| fold(name) == wanted).ok_or(FlowError::NotFound)?.clone();
    for films in [&mut directed, &mut acted] {
        films.sort_by_key(|movie| Reverse(movie.facts.year));
    }
    Ok(Person { name, directed, acted })
}

/// A genre, whatever its case or its other spellings are.
///
/// # Errors
/// Not found where no movie has it; unavailable or failed.
pub fn genre(app: &App, name: &str) -> Result<Themed, FlowError> {
    ready(app)?;
    let canonical = genre::canonical(name);
    let genres = app.index.genres()?;
    let folded = fold(&canonical);
    let known = genres.iter().find(|facet| facet.value == canonical);
    let known = known.or_else(|| genres.iter().find(|facet| fold(&facet.value) == folded));
    themed(app, Theme::Genre(known.ok_or(FlowError::NotFound)?.value.clone()))
}

/// A decade, by its first year.
///
/// # Errors
/// Not found where it is none or has no movie; unavailable or failed.
pub fn decade(app: &App, first: &str) -> Result<Themed, FlowError> {
    ready(app)?;
    let first: u16 = first.parse().ok().filter(|first| first % 10 == 0).ok_or(FlowError::NotFound)?;
    let themed = themed(app, Theme::Decade(first))?;
    if themed.figures.movies == 0 { Err(FlowError::NotFound) } else { Ok(themed) }
}

fn themed(app: &App, theme: Theme) -> Result<Themed, FlowError> {
    let query = theme.query();
    let popular = ListingQuery { sort: Some(Sort::Popularity), items: ROW as u32, ..query.clone() };
    // Facets of a group pass over its own filter: a decade's facet of decades is that of all movies.
    let popular = listing(app, &popular)?;
    Ok(Themed {
        figures: app.index.figures(&query)?,
        decades: popular.decades,
        best: app.store.movies(&app.index.best(&query, ROW)?)?,
        popular: popular.movies,
        theme,
    })
}

/// All genres, the most frequent first, and all decades, the latest first.
///
/// # Errors
/// Unavailable or failed.
pub fn themes(app: &App) -> Result<(Vec<Facet>, Vec<Facet>), FlowError> {
    let all = listing(app, &ListingQuery { items: 1, ..ListingQuery::default() })?;
    Ok((all.genres, all.decades))
}

/// The catalogue in figures.
///
/// # Errors
/// Unavailable or failed.
pub fn statistics(app: &App) -> Result<Statistics, FlowError> {
    ready(app)?;
    Ok(app.index.statistics()?)
}

/// Any movie that passes the filters of a question.
///
/// # Errors
/// Not found where none does; unavailable or failed.
pub fn any(app: &App, query: &ListingQuery) -> Result<MovieId, FlowError> {
    ready(app)?;
    app.index.any(query)?.ok_or(FlowError::NotFound)
}

/// Where parts of so many movies begin: each number is the last one before its part.
///
/// # Errors
/// Unavailable or failed.
pub fn parts(app: &App, size: usize) -> Result<Vec<MovieId>, FlowError> {
    ready(app)?;
    Ok(app.index.parts(size)?)
}

/// The numbers of the next movies after one.
///
/// # Errors
/// Unavailable or failed.
pub fn ids_after(app: &App, after: MovieId, limit: usize) -> Result<Vec<MovieId>, FlowError> {
    ready(app)?;
    Ok(app.index.ids_after(after, limit)?)
}
