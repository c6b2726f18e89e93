//! What the index holds of a movie, and how it gets there. A change here raises [`VERSION`], which makes every
//! index of an older shape be built anew.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer};
use tantivy::{IndexSettings, IndexSortByField, TantivyDocument};

use super::sound::sound;
use super::text::{self, Terms};
use crate::model::draft::popularity_from_votes;
use crate::model::fold::{self, fold};
use crate::model::{Movie, MovieId, genre};

/// The shape of the index and of its texts.
pub const VERSION: u32 = 6;

const WORDS: &str = "words";

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// The movie's number; unique.
    pub id: Field,
    /// Words of titles and directors, and the year.
    pub words: Field,
    /// How directors' names sound.
    pub sounds: Field,
    /// The first letters of words.
    pub starts: Field,
    /// Whole titles and directors' names, see `text::whole`.
    pub whole: Field,
    /// Genres as they are.
    pub genres: Field,
    rev: Field,
    director_names: Field,
    title_key: Field,
    title_letters: Field,
    title_start: Field,
    title_words: Field,
    genre_bits: Field,
    year: Field,
    score: Field,
    popularity: Field,
    votes: Field,
    runtime: Field,
    static_rank: Field,
}

/// Names of the columns (fast fields), which tantivy opens by name. Each movie has a value in each column of numbers.
pub mod column {
    pub const ID: &str = "id";
    pub const REV: &str = "rev";
    pub const GENRES: &str = "genres";
    pub const DIRECTOR_NAMES: &str = "director_names";
    pub const TITLE_KEY: &str = "title_key";
    /// The title's letters, where its key does not tell them all; few have a value.
    pub const TITLE_LETTERS: &str = "title_letters";
    /// The first eight bytes of the title's key, to compare titles of two segments by.
    pub const TITLE_START: &str = "title_start";
    /// How many words the title has.
    pub const TITLE_WORDS: &str = "title_words";
    /// The known genres, see `genre::bit`.
    pub const GENRE_BITS: &str = "genre_bits";
    /// 0 where it is unknown.
    pub const YEAR: &str = "year";
    /// [`super::UNKNOWN`] where it is.
    pub const SCORE: &str = "score";
    /// [`super::UNKNOWN`] where it is.
    pub const POPULARITY: &str = "popularity";
    /// [`super::UNKNOWN_VOTES`] where they are.
    pub const VOTES: &str = "votes";
    /// Minutes; 0 where they are unknown.
    pub const RUNTIME: &str = "runtime";
    /// What the documents of a segment are sorted by, see [`super::static_rank`].
    pub const STATIC_RANK: &str = "standing";
}

/// Stands for an unknown score or popularity, which are never negative.
pub const UNKNOWN: f64 = -1.0;

/// Stands for an unknown number of votes. So great that nobody has counted so many, and it takes no more bits than
/// the votes of a well-known movie.
pub const UNKNOWN_VOTES: u64 = (1 << 24) - 1;

/// The schema with its fields.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // Which document has a word is all that the ranking asks for: no frequencies, no positions, no lengths.
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(WORDS)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let words = TextOptions::default().set_indexing_options(indexing);
    let names = STRING.set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    );
    let fields = Fields {
        id: builder.add_u64_field(column::ID, INDEXED | FAST),
        words: builder.add_text_field("words", words.clone()),
        sounds: builder.add_text_field("sounds", words.clone()),
        starts: builder.add_text_field("starts", words),
        whole: builder.add_u64_field("whole", NumericOptions::default().set_indexed()),
        genres: builder.add_text_field(column::GENRES, names | FAST),
        rev: builder.add_i64_field(column::REV, FAST),
        director_names: builder.add_text_field(column::DIRECTOR_NAMES, FAST),
        title_key: builder.add_text_field(column::TITLE_KEY, FAST),
        title_letters: builder.add_text_field(column::TITLE_LETTERS, FAST),
        title_start: builder.add_u64_field(column::TITLE_START, FAST),
        title_words: builder.add_u64_field(column::TITLE_WORDS, FAST),
        genre_bits: builder.add_u64_field(column::GENRE_BITS, FAST),
        year: builder.add_u64_field(column::YEAR, FAST),
        score: builder.add_f64_field(column::SCORE, FAST),
        popularity: builder.add_f64_field(column::POPULARITY, FAST),
        votes: builder.add_u64_field(column::VOTES, FAST),
        runtime: builder.add_u64_field(column::RUNTIME, FAST),
        static_rank: builder.add_u64_field(column::STATIC_RANK, FAST),
    };
    (builder.build(), fields)
}

/// The most famous first: so the beginning of any list of documents is what matters most.
pub fn settings() -> IndexSettings {
    let sort = IndexSortByField { field: column::STATIC_RANK.to_owned(), order: tantivy::Order::Desc };
    IndexSettings { sort_by_field: Some(sort), ..IndexSettings::default() }
}

/// The tokenizers of the schema. Texts arrive folded, so that splitting at blanks is all that is left.
pub fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, TextAnalyzer::from(WhitespaceTokenizer::default()));
    tokenizers
}

/// The low bits of a standing, which hold the end of the movie's number.
const STATIC_RANK_ID_BITS: u64 = (1 << 24) - 1;

/// Where a movie stands among all: its fame, equally famous ones in the order in which they were added. Fame is the
/// popularity, else what the votes say, else 0.
pub fn static_rank(id: MovieId, fame: f64) -> u64 {
    // The bits of floats that are not negative are in the order of their values.
    (fame.max(0.0).to_bits() & !STATIC_RANK_ID_BITS)
        | (STATIC_RANK_ID_BITS - (id.0.unsigned_abs() & STATIC_RANK_ID_BITS))
}

/// The fame in a standing.
pub fn fame(static_rank: u64) -> f64 {
    f64::from_bits(static_rank & !STATIC_RANK_ID_BITS)
}

/// The document of a movie.
pub fn document(fields: &Fields, movie: &Movie) -> TantivyDocument {
    let facts = &movie.facts;
    let terms = Terms::of(facts, sound);
    let mut document = TantivyDocument::default();
    document.add_u64(fields.id, movie.id.0.unsigned_abs());
    document.add_i64(fields.rev, movie.rev);
    let texts = [(fields.words, terms.words), (fields.sounds, terms.sounds), (fields.starts, terms.starts)];
    for (field, text) in texts {
        if !text.is_empty() {
            document.add_text(field, text);
        }
    }
    for whole in terms.whole {
        document.add_u64(fields.whole, whole);
    }
    for director in &facts.directors {
        document.add_text(fields.director_names, director);
    }
    let mut bits = 0;
    for name in &facts.genres {
        document.add_text(fields.genres, name);
        bits |= 1_u64 << genre::bit(name);
    }
    document.add_u64(fields.genre_bits, bits);
    let key = fold(&facts.title);
    document.add_u64(fields.title_start, start_of(&key));
    let letters = fold::letters(&facts.title);
    // Turkish tells `I` and `İ` apart, which no key does.
    if letters.contains('I') || letters.to_ascii_lowercase() != key {
        document.add_text(fields.title_letters, letters);
    }
    document.add_text(fields.title_key, key);
    document.add_u64(fields.title_words, text::title_words(&facts.title));
    document.add_u64(fields.year, facts.year.map_or(0, u64::from));
    document.add_f64(fields.score, facts.score.unwrap_or(UNKNOWN));
    document.add_f64(fields.popularity, facts.popularity.unwrap_or(UNKNOWN));
    document.add_u64(fields.votes, facts.votes.map_or(UNKNOWN_VOTES, |votes| votes.min(UNKNOWN_VOTES - 1)));
    document.add_u64(fields.runtime, facts.runtime.map_or(0, u64::from));
    let fame = facts.popularity.or_else(|| facts.votes.map(popularity_from_votes)).unwrap_or(0.0);
    document.add_u64(fields.static_rank, static_rank(movie.id, fame));
    document
}

fn start_of(key: &str) -> u64 {
    let mut start = [0; 8];
    let length = key.len().min(8);
    start[..length].copy_from_slice(&key.as_bytes()[..length]);
    u64::from_be_bytes(start)
}
