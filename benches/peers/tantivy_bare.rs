//! A bare tantivy index of titles, directors and genres, with its own fuzzy queries and its own ranking.

use std::path::Path;

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query};
use tantivy::schema::{Field, STORED, Schema, TEXT};
use tantivy::{Index, IndexReader, IndexWriter, Searcher, TantivyDocument, Term};

use super::row::Row;

struct Fields {
    id: Field,
    title: Field,
    directors: Field,
    genres: Field,
}

/// The index, and its writer or its reader.
pub struct BareIndex<T> {
    fields: Fields,
    hand: T,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let fields = Fields {
        id: builder.add_i64_field("id", STORED),
        title: builder.add_text_field("title", TEXT),
        directors: builder.add_text_field("directors", TEXT),
        genres: builder.add_text_field("genres", TEXT),
    };
    (builder.build(), fields)
}

impl BareIndex<IndexWriter> {
    /// A new index.
    pub fn create(folder: &Path) -> Self {
        let folder = folder.join("peer.index");
        let _absent = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let (schema, fields) = schema();
        let index = Index::create_in_dir(folder, schema).expect("an index");
        Self { fields, hand: index.writer(200 << 20).expect("a writer") }
    }

    pub fn add(&mut self, id: i64, row: &Row) {
        let mut document = TantivyDocument::default();
        document.add_i64(self.fields.id, id);
        document.add_text(self.fields.title, &row.title);
        for title in row.original_title.iter().chain(&row.alternate_titles) {
            document.add_text(self.fields.title, title);
        }
        for director in &row.directors {
            document.add_text(self.fields.directors, director);
        }
        for genre in &row.genres {
            document.add_text(self.fields.genres, genre);
        }
        self.hand.add_document(document).expect("added");
    }

    pub fn commit(&mut self) {
        self.hand.commit().expect("committed");
    }

    /// Lets the merges end that are under way.
    pub fn close(self) {
        self.hand.wait_merging_threads().expect("merged");
    }
}

impl BareIndex<IndexReader> {
    /// What [`BareIndex::create`] has made.
    pub fn open(folder: &Path) -> Self {
        let index = Index::open_in_dir(folder.join("peer.index")).expect("an index");
        Self { fields: schema().1, hand: index.reader().expect("a reader") }
    }

    /// All words must be there, each within `slips` letters, the last of them whole or begun. Counts, and reads the ids
    /// of the best.
    pub fn search(&self, text: &str, slips: u8, limit: usize) -> Vec<i64> {
        let searcher = self.hand.searcher();
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(' ').filter(|word| !word.is_empty()).collect();
        let clause = |(place, word): (usize, &&str)| {
            let slips = if word.chars().count() >= 4 { slips } else { 0 };
            (Occur::Must, self.word(word, slips, place + 1 == words.len()))
        };
        let query = BooleanQuery::new(words.iter().enumerate().map(clause).collect());
        let best = TopDocs::with_limit(limit).order_by_score();
        let (found, _count) = searcher.search(&query, &(best, Count)).expect("an answer");
        found.into_iter().map(|(_, address)| self.id(&searcher, address)).collect()
    }

    fn id(&self, searcher: &Searcher, address: tantivy::DocAddress) -> i64 {
        use tantivy::schema::Value;
        let document: TantivyDocument = searcher.doc(address).expect("a document");
        document.get_first(self.fields.id).and_then(|value| value.as_i64()).unwrap_or_default()
    }

    fn word(&self, word: &str, slips: u8, is_begun: bool) -> Box<dyn Query> {
        let in_field = |field| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(field, word);
            let make = if is_begun { FuzzyTermQuery::new_prefix } else { FuzzyTermQuery::new };
            (Occur::Should, Box::new(make(term, slips, true)))
        };
        Box::new(BooleanQuery::new([self.fields.title, self.fields.directors].map(in_field).into()))
    }
}
