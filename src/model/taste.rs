//! Somebody's taste: what the movies that they rated and saw say of them, counted. Pure; the store gives the movies.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::mine::{CollectionEntry, Rating};

/// What counts of a movie that somebody has rated or seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RatedMovie {
    /// What they think of it.
    pub rating: Option<Rating>,
    /// The year of the movie.
    pub year: Option<u16>,
    /// Its genres.
    pub genres: Vec<String>,
    /// Its directors.
    pub directors: Vec<String>,
    /// The imported score.
    pub score: Option<f64>,
}

/// A name with how many of somebody's movies have it, and what they think of these.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preference {
    /// The genre, decade or director.
    pub name: String,
    /// How many movies.
    pub count: u64,
    /// The mean of the ratings; `None` where none of them is rated.
    pub average: Option<f64>,
}

/// How many things somebody keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each is the number of what it names")]
pub struct Counts {
    pub ratings: u64,
    pub watchlist: u64,
    /// Movies, however often.
    pub seen: u64,
    pub viewings: u64,
    pub notes: u64,
    pub lists: u64,
}

/// Somebody's taste.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Taste {
    /// How many movies have each rating, from 1 to 10.
    pub ratings: [u64; 10],
    /// The mean of the ratings.
    pub average: Option<f64>,
    /// Genres, the most frequent first.
    pub genres: Vec<Preference>,
    /// Decades, the earliest first; each by its first year.
    pub decades: Vec<Preference>,
    /// Directors, the most frequent first.
    pub directors: Vec<Preference>,
    /// How many ratings are so many points above the imported score, from -4 (or less) to 4 (or more).
    pub differences: [u64; 9],
    /// The mean of these differences.
    pub difference: Option<f64>,
}

/// What somebody's own page shows.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// How much they keep.
    pub counts: Counts,
    /// What they like.
    pub taste: Taste,
    /// What they rated last.
    pub rated: Vec<CollectionEntry>,
    /// What they saw last.
    pub seen: Vec<CollectionEntry>,
    /// What they want to see.
    pub watchlist: Vec<CollectionEntry>,
}

/// Genres and directors that are told.
const MAX_PREFERENCES: usize = 12;

impl Taste {
    /// Counts.
    pub fn of(movies: &[RatedMovie]) -> Self {
        let mut taste = Self::default();
        let mut all = Sum::default();
        let mut apart = Sum::default();
        let (mut genres, mut decades, mut directors) = (Counter::default(), Counter::default(), Counter::default());
        for movie in movies {
            let rating = movie.rating.map(|rating| f64::from(rating.value()));
            if let Some(rating) = movie.rating {
                taste.ratings[usize::from(rating.value()) - 1] += 1;
                all.add(f64::from(rating.value()));
            }
            if let (Some(rating), Some(score)) = (rating, movie.score) {
                apart.add(rating - score);
                taste.differences[((rating - score).round().clamp(-4.0, 4.0) + 4.0) as usize] += 1;
            }
            movie.genres.iter().for_each(|genre| genres.add(genre.clone(), rating));
            movie.directors.iter().for_each(|director| directors.add(director.clone(), rating));
            if let Some(year) = movie.year {
                decades.add((year / 10 * 10).to_string(), rating);
            }
        }
        taste.average = all.mean();
        taste.difference = apart.mean();
        taste.genres = genres.most();
        taste.directors = directors.most();
        taste.decades = decades.by_name();
        taste
    }

    /// The JSON of the API.
    pub fn to_json(&self) -> Value {
        let rounded = |mean: Option<f64>| mean.map(|mean| (mean * 10.0).round() / 10.0);
        let liked = |all: &[Preference]| -> Vec<Value> {
            let each = |liked: &Preference| json!({"value": liked.name, "count": liked.count, "average": rounded(liked.average)});
            all.iter().map(each).collect()
        };
        json!({
            "ratings": self.ratings,
            "average": rounded(self.average),
            "difference": rounded(self.difference),
            "genres": liked(&self.genres),
            "decades": liked(&self.decades),
            "directors": liked(&self.directors),
        })
    }
}

#[derive(Default)]
struct Sum {
    count: u64,
    sum: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
    }

    fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

#[derive(Default)]
struct Counter(HashMap<String, (u64, Sum)>);

impl Counter {
    fn add(&mut self, name: String, rating: Option<f64>) {
        let (count, sum) = self.0.entry(name).or_default();
        *count += 1;
        if let Some(rating) = rating {
            sum.add(rating);
        }
    }

    fn by_name(self) -> Vec<Preference> {
        let each = |(name, (count, sum)): (String, (u64, Sum))| Preference { name, count, average: sum.mean() };
        let mut all: Vec<Preference> = self.0.into_iter().map(each).collect();
        all.sort_by(|left, right| left.name.cmp(&right.name));
        all
    }

    /// The most frequent ones; of equal ones those that are liked better, then by name.
    fn most(self) -> Vec<Preference> {
        let mut all = self.by_name();
        let liking = |liked: &Preference| liked.average.unwrap_or(0.0);
        all.sort_by(|left, right| right.count.cmp(&left.count).then(liking(right).total_cmp(&liking(left))));
        all.truncate(MAX_PREFERENCES);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasted(rating: Option<i64>, year: u16, genre: &str, score: f64) -> RatedMovie {
        RatedMovie {
            rating: rating.and_then(Rating::new),
            year: Some(year),
            genres: vec![genre.to_owned()],
            directors: vec!["Agnès Varda".to_owned()],
            score: Some(score),
        }
    }

    #[test]
    fn a_taste_is_counted() {
        let movies = [
            tasted(Some(10), 1977, "Drama", 8.0),
            tasted(Some(6), 1979, "Drama", 8.0),
            tasted(Some(1), 1985, "Horror", 9.0),
            tasted(None, 1985, "Comedy", 5.0),
        ];
        let taste = Taste::of(&movies);
        assert_eq!(taste.ratings, [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert_eq!(
            (taste.genres[0].name.as_str(), taste.genres[0].count, taste.genres[0].average),
            ("Drama", 2, Some(8.0))
        );
        assert_eq!(taste.genres[1].name, "Horror", "rated before not rated");
        let decades: Vec<_> = taste.decades.iter().map(|liked| (liked.name.as_str(), liked.count)).collect();
        assert_eq!(decades, [("1970", 2), ("1980", 2)]);
        assert_eq!(taste.directors[0].count, 4);
        assert_eq!(taste.differences, [1, 0, 1, 0, 0, 0, 1, 0, 0]);
        assert!(taste.difference.is_some_and(|mean| (mean + 8.0 / 3.0).abs() < 1e-9));
        assert_eq!(Taste::of(&[]), Taste::default());
    }
}
