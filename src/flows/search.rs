//! Reading the catalogue: a page of the listing, one movie, suggestions. The index gives ids, the exact total and
//! facets; the store gives the rows.

use std::collections::HashSet;

use super::FlowError;
use crate::app::{App, Readiness};
use crate::i18n::{self, Locale};
use crate::index::{IndexError, Limits, Marker, SearchOptions, is_slip_of};
use crate::model::fold::{fold, words};
use crate::model::suggestion::{Completion, Marks};
use crate::model::{Listing, ListingQuery, Movie, MovieId, Sort, Suggestion, SuggestionField, SuggestionQuery, genre};

/// The page that a question asks for, as the API gives it: the same for everybody.
///
/// # Errors
/// Unavailable or failed; an empty result is none.
pub fn listing(app: &App, query: &ListingQuery) -> Result<Listing, FlowError> {
    run(app, query, SearchOptions::default()).map(|(listing, _)| listing)
}

/// The same with its directors.
///
/// # Errors
/// As [`listing`].
pub fn with_directors(app: &App, query: &ListingQuery) -> Result<Listing, FlowError> {
    run(app, query, SearchOptions { directors: true, ..SearchOptions::default() }).map(|(listing, _)| listing)
}

/// The page for readers of a language: titles are in the order that they expect, genres may be named as their language
/// names them, also by the text for everything, and they are told of directors, and of what they may have meant.
///
/// # Errors
/// As [`listing`].
pub fn page(app: &App, query: &ListingQuery, locale: Locale) -> Result<Listing, FlowError> {
    ready(app)?;
    let mut query = query.clone();
    if !query.genres.is_empty() {
        // A genre that the catalogue itself spells so comes first.
        let spelt = app.index.genres()?;
        for genre in query.genres.iter_mut().filter(|genre| spelt.iter().all(|known| known.value != **genre)) {
            if let Some(meant) = i18n::genre_named(locale, genre) {
                meant.clone_into(genre);
            }
        }
    }
    let genre = query.q.as_deref().and_then(|text| i18n::genre_named(locale, text));
    let options = SearchOptions { directors: true, collation: Some(locale.collation()), genre };
    let (listing, is_slip) = run(app, &query, options)?;
    let meant = if is_slip && query.page == 1 && listing.dropped.is_empty() { meant(app, &query)? } else { None };
    Ok(Listing { meant, ..listing })
}

/// The page, and whether its first movie is only near to what was typed.
fn run(app: &App, query: &ListingQuery, options: SearchOptions) -> Result<(Listing, bool), FlowError> {
    ready(app)?;
    let hits = app.index.search(query, options)?;
    let movies = app.store.movies(&hits.ids)?;
    let is_slip = query.effective_sort() == Sort::Relevance && hits.is_slip();
    let listing = Listing {
        query: query.clone(),
        total: hits.total,
        movies,
        genres: hits.genres,
        decades: hits.decades,
        scores: hits.scores,
        directors: hits.directors,
        meant: None,
        dropped: hits.dropped,
    };
    Ok((listing, is_slip))
}

/// The question with the title or the name that is nearest to its text. Of several texts it cannot be told which one has
/// the slip.
fn meant(app: &App, query: &ListingQuery) -> Result<Option<(String, ListingQuery)>, FlowError> {
    let (text, field) = match (&query.q, &query.name, &query.director) {
        (Some(text), None, None) => (text, SuggestionField::Any),
        (None, Some(text), None) => (text, SuggestionField::Title),
        (None, None, Some(text)) => (text, SuggestionField::Director),
        _ => return Ok(None),
    };
    let asked = SuggestionQuery { q: text.clone(), field, limit: 8 };
    let typed = words(text).len();
    // A movie that is found by its director is not what the words mean.
    let is_meant = |found: &Suggestion| match found {
        Suggestion::Title { marks, .. } | Suggestion::Director { marks, .. } => {
            marked_words(found.text(), marks) >= typed
        }
        Suggestion::Genre { .. } => false,
    };
    let nearest = suggest(app, &asked, Locale::En)?.into_iter().find(is_meant);
    let Some(nearest) = nearest.filter(|nearest| fold(nearest.text()) != fold(text)) else { return Ok(None) };
    let meant = Some(nearest.text().to_owned());
    let query = match field {
        SuggestionField::Title => ListingQuery { name: meant, ..query.clone() },
        SuggestionField::Director => ListingQuery { director: meant, ..query.clone() },
        SuggestionField::Any | SuggestionField::Genre => ListingQuery { q: meant, ..query.clone() },
    };
    Ok(Some((nearest.text().to_owned(), query)))
}

/// One movie.
///
/// # Errors
/// Not found, or failed.
pub fn movie(app: &App, id: MovieId) -> Result<Movie, FlowError> {
    app.store.movie(id)?.ok_or(FlowError::NotFound)
}

/// What to offer while somebody types; genres are also found by their names in `locale`.
///
/// # Errors
/// Unavailable or failed.
pub fn suggest(app: &App, query: &SuggestionQuery, locale: Locale) -> Result<Vec<Suggestion>, FlowError> {
    ready(app)?;
    let limit = query.limit as usize;
    if query.q.is_empty() {
        return Ok(Vec::new());
    }
    // Of everything, titles alone may fill the list.
    let share = |field, of_any: usize| match query.field {
        SuggestionField::Any => of_any,
        wanted if wanted == field => limit,
        _ => 0,
    };
    let limits = Limits {
        titles: share(SuggestionField::Title, limit),
        directors: share(SuggestionField::Director, limit.div_ceil(3)),
        genres: share(SuggestionField::Genre, limit.min(2)),
    };
    let found = app.index.suggest(&query.q, limits, (locale.code(), |genre: &str| i18n::genre_name(locale, genre)))?;
    let mut ranked: Vec<(u16, Suggestion)> = Vec::new();
    ranked.extend(found.genres.into_iter().map(|near| {
        (near.tiers, Suggestion::Genre { text: near.facet.value, marks: Vec::new(), count: near.facet.count })
    }));
    ranked.extend(found.directors.into_iter().map(|near| {
        (near.tiers, Suggestion::Director { text: near.facet.value, marks: Vec::new(), count: near.facet.count })
    }));
    ranked.extend(titles(app, &found.titles)?);
    let marker = Marker::new(&query.q, found.level);
    let mut suggestions = fit(ranked, limit);
    for suggestion in &mut suggestions {
        suggestion.mark(marker.marks(suggestion.text()));
    }
    Ok(suggestions)
}

/// Which of the suggestions completes what was typed, and how: the one that is the same, else the first that begins so,
/// else the first of which it is a slip. A genre goes by its name in `locale` and by its own spellings.
pub fn completion(query: &SuggestionQuery, suggestions: &[Suggestion], locale: Locale) -> Option<(usize, Completion)> {
    let typed = fold(&query.q);
    if typed.is_empty() {
        return None;
    }
    let names = |suggestion: &Suggestion| match suggestion {
        Suggestion::Genre { text, .. } => vec![i18n::genre_name(locale, text), text.clone()],
        other => vec![other.text().to_owned()],
    };
    let is_same = |suggestion: &Suggestion| {
        let is_spelling = matches!(suggestion, Suggestion::Genre { text, .. } if *text == genre::canonical(&query.q));
        is_spelling || names(suggestion).iter().any(|name| fold(name) == typed)
    };
    let begins = |suggestion: &Suggestion| names(suggestion).iter().any(|name| fold(name).starts_with(&typed));
    let is_slip = |suggestion: &Suggestion| names(suggestion).iter().any(|name| is_slip_of(&query.q, name));
    let found = |is_it: &dyn Fn(&Suggestion) -> bool| suggestions.iter().position(is_it);
    let same = found(&is_same).map(|place| (place, Completion::Same));
    let near = || found(&begins).or_else(|| found(&is_slip)).map(|place| (place, Completion::Near));
    same.or_else(near)
}

/// How many words of a text are marked; words that stand together may have one mark.
fn marked_words(text: &str, marks: &Marks) -> usize {
    let units: Vec<u16> = text.encode_utf16().collect();
    let part = |(from, to): &(usize, usize)| String::from_utf16_lossy(units.get(*from..*to).unwrap_or_default());
    marks.iter().map(|mark| words(&part(mark)).len()).sum()
}

fn titles(app: &App, found: &[(MovieId, u16)]) -> Result<Vec<(u16, Suggestion)>, FlowError> {
    let ids: Vec<MovieId> = found.iter().map(|(id, _)| *id).collect();
    let mut movies = app.store.movies(&ids)?;
    let mut seen = HashSet::new();
    // What cannot be told apart is offered once.
    let is_new = |movie: &Movie| seen.insert((movie.facts.title.clone(), movie.facts.year, movie.facts.director()));
    let suggestion = |movie: Movie| {
        let tiers = found.iter().find(|(id, _)| *id == movie.id).map(|(_, tiers)| *tiers);
        let director = movie.facts.director();
        let title = Suggestion::Title {
            id: movie.id,
            text: movie.facts.title,
            marks: Vec::new(),
            year: movie.facts.year,
            director,
        };
        (tiers.unwrap_or(u16::MAX), title)
    };
    movies.retain(is_new);
    Ok(movies.into_iter().map(suggestion).collect())
}

/// The nearest first; of equally near ones titles, then directors, then genres, each in its own order. Where titles
/// alone would fill the list, directors and genres that are as near as the last title keep a place.
fn fit(ranked: Vec<(u16, Suggestion)>, limit: usize) -> Vec<Suggestion> {
    let is_title = |suggestion: &Suggestion| matches!(suggestion, Suggestion::Title { .. });
    let (mut titles, mut others): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|(_, kind)| is_title(kind));
    others.sort_by_key(|(tiers, suggestion)| (*tiers, matches!(suggestion, Suggestion::Genre { .. })));
    titles.truncate(limit.saturating_sub(others.len()).max(limit.div_ceil(2)));
    others.truncate(limit - titles.len());
    titles.extend(others);
    titles.sort_by_key(|(tiers, _)| *tiers);
    titles.into_iter().map(|(_, suggestion)| suggestion).collect()
}

/// Searches are whole.
///
/// # Errors
/// Unavailable while the index is being built, or built anew.
pub fn ready(app: &App) -> Result<(), FlowError> {
    match app.following.readiness() {
        Readiness::Whole(_) => Ok(()),
        Readiness::Building => Err(IndexError::Building.into()),
        Readiness::Damaged => Err(IndexError::Damaged("found earlier".to_owned()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_leave_room_for_directors_and_genres() {
        let title = |id: i64| {
            let text = format!("title {id}");
            (1, Suggestion::Title { id: MovieId(id), text, marks: Vec::new(), year: None, director: None })
        };
        let director = (1, Suggestion::Director { text: "someone".to_owned(), marks: Vec::new(), count: 2 });
        let genre = (0, Suggestion::Genre { text: "Drama".to_owned(), marks: Vec::new(), count: 9 });
        let mut ranked = vec![genre, director];
        ranked.extend((0..8).map(title));
        let fitted = fit(ranked, 8);
        let kinds: String = fitted.iter().map(|s| s.text().chars().next().unwrap_or(' ')).collect();
        assert_eq!(kinds, "Dtttttts");
    }
}
