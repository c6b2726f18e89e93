//! What the index holds of a movie, and how it gets there. A change here raises [`VERSION`], which makes every
//! index of an older shape be built anew.

use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer};

use super::text;
use crate::model::draft::popularity_from_votes;
use crate::model::fold::fold;
use crate::model::{Movie, genre};

/// The shape of the index and of its texts.
pub const VERSION: u32 = 3;

const WORDS: &str = "words";

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// The movie's number; unique.
    pub id: Field,
    /// Words of the title.
    pub title: Field,
    /// Words of the original and the other titles.
    pub other_titles: Field,
    /// Neighbouring words of any title written as one: `starwars`.
    pub joined: Field,
    /// Words of the directors' names.
    pub directors: Field,
    /// Words of the genres, in every spelling that is known.
    pub genre_words: Field,
    /// Whole titles and directors' names, folded.
    pub whole: Field,
    /// Genres as they are.
    pub genres: Field,
    pub rev: Field,
    pub director_names: Field,
    pub title_key: Field,
    pub title_words: Field,
    pub year: Field,
    pub score: Field,
    pub popularity: Field,
    pub fame: Field,
}

/// Names of the columns (fast fields), which tantivy opens by name.
pub mod column {
    pub const ID: &str = "id";
    pub const REV: &str = "rev";
    pub const GENRES: &str = "genres";
    pub const DIRECTOR_NAMES: &str = "director_names";
    pub const TITLE_KEY: &str = "title_key";
    /// How many words the title has.
    pub const TITLE_WORDS: &str = "title_words";
    pub const YEAR: &str = "year";
    pub const SCORE: &str = "score";
    pub const POPULARITY: &str = "popularity";
    /// Popularity, else what the votes say; how ties of relevance are broken.
    pub const FAME: &str = "fame";
}

/// The schema with its fields.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // Which document has a word is all that the ranking asks for: no frequencies, no positions, no lengths.
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(WORDS)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let words = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        id: builder.add_u64_field(column::ID, INDEXED | FAST),
        title: builder.add_text_field("title", words.clone()),
        other_titles: builder.add_text_field("other_titles", words.clone()),
        joined: builder.add_text_field("joined", words.clone()),
        directors: builder.add_text_field("directors", words.clone()),
        genre_words: builder.add_text_field("genre_words", words),
        whole: builder.add_text_field("whole", STRING),
        genres: builder.add_text_field(column::GENRES, STRING | FAST),
        rev: builder.add_i64_field(column::REV, FAST),
        director_names: builder.add_text_field(column::DIRECTOR_NAMES, FAST),
        title_key: builder.add_text_field(column::TITLE_KEY, FAST),
        title_words: builder.add_u64_field(column::TITLE_WORDS, FAST),
        year: builder.add_u64_field(column::YEAR, FAST),
        score: builder.add_f64_field(column::SCORE, FAST),
        popularity: builder.add_f64_field(column::POPULARITY, FAST),
        fame: builder.add_f64_field(column::FAME, FAST),
    };
    (builder.build(), fields)
}

/// The tokenizers of the schema. Texts arrive folded, so that splitting at blanks is all that is left.
pub fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, TextAnalyzer::from(WhitespaceTokenizer::default()));
    tokenizers
}

/// The document of a movie.
pub fn document(fields: &Fields, movie: &Movie) -> TantivyDocument {
    let facts = &movie.facts;
    let mut document = TantivyDocument::default();
    document.add_u64(fields.id, movie.id.0.unsigned_abs());
    document.add_i64(fields.rev, movie.rev);
    document.add_text(fields.title, text::indexed(&facts.title));
    for title in facts.original_title.iter().chain(&facts.alternate_titles) {
        document.add_text(fields.other_titles, text::indexed(title));
    }
    for title in text::all_titles(facts) {
        document.add_text(fields.joined, text::joined(title));
        document.add_text(fields.whole, fold(title));
    }
    for director in &facts.directors {
        document.add_text(fields.directors, text::indexed(director));
        document.add_text(fields.whole, fold(director));
        document.add_text(fields.director_names, director);
    }
    for name in &facts.genres {
        document.add_text(fields.genres, name);
        document.add_text(fields.genre_words, text::indexed(name));
        for alias in genre::known(name).iter().flat_map(|known| known.aliases()) {
            document.add_text(fields.genre_words, *alias);
        }
    }
    document.add_text(fields.title_key, fold(&facts.title));
    document.add_u64(fields.title_words, text::title_words(&facts.title));
    if let Some(year) = facts.year {
        document.add_u64(fields.year, u64::from(year));
    }
    if let Some(score) = facts.score {
        document.add_f64(fields.score, score);
    }
    if let Some(popularity) = facts.popularity {
        document.add_f64(fields.popularity, popularity);
    }
    if let Some(fame) = facts.popularity.or_else(|| facts.votes.map(popularity_from_votes)) {
        document.add_f64(fields.fame, fame);
    }
    document
}
