//! Titles in the order that a language's readers expect: its letters, its alphabets first, Han by sound or strokes.
//! The rules are CLDR's, built in. Must never be asked for by what is the same for everybody, such as the API.
//!
//! An order is made when the first visitor asks for it, the others wait: about a second for a million movies, once for
//! each segment, which never changes. A stand-in until then would shuffle the pages under whoever walks them, and
//! answers that are kept would keep it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use fixedbitset::FixedBitSet;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::{Locale as Tag, locale};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tantivy::DocId;
use tantivy::columnar::StrColumn;

use super::segment::all;
use crate::model::{Collation, Order};

/// Orders that a segment keeps: 8 MB each where it has a million movies.
const KEPT: u64 = 4;

/// The titles of a segment as they are compared: their keys, and their letters where a key has lost some.
pub struct Titles<'s> {
    /// The keys; each document has one.
    pub keys: &'s StrColumn,
    /// The letters of those documents whose keys do not tell all.
    pub letters: Option<&'s StrColumn>,
}

/// All documents of a segment by their titles, forward and backward.
type Both = [Arc<[DocId]>; 2];

/// The orders of a segment that were asked for lately.
pub struct Orders(Cache<Collation, Both>);

impl Default for Orders {
    fn default() -> Self {
        // The last ones win: by frequency, a new one would be made again for each who asks.
        Self(Cache::builder().max_capacity(KEPT).eviction_policy(EvictionPolicy::lru()).build())
    }
}

impl Orders {
    /// All documents by their titles, equal ones by standing.
    pub fn get(&self, collation: Collation, order: Order, titles: &Titles<'_>, length: usize) -> Arc<[DocId]> {
        let both = self.0.get_with(collation, || sorted(collation, titles, length));
        Arc::clone(&both[usize::from(order == Order::Desc)])
    }
}

/// Which of two titles comes first.
pub fn compare(collation: Collation, left: &str, right: &str) -> Ordering {
    collator(collation).map_or_else(|| left.cmp(right), |collator| collator.compare(left, right))
}

/// The letters decide the order, rather than the key. Of plain letters the key has lost the case alone, which only
/// Turkish asks for: `I` is no capital `i` there.
pub fn counts(collation: Collation, letters: &str) -> bool {
    collation == Collation::Tr || !letters.is_ascii()
}

fn sorted(collation: Collation, titles: &Titles<'_>, length: usize) -> Both {
    let keys = titles.keys.num_terms();
    let mut counting = FixedBitSet::with_capacity(titles.letters.map_or(0, |letters| letters.num_terms()));
    if let Some(letters) = titles.letters {
        each_text(letters, |ord, text| counting.set(ord, counts(collation, text)));
    }
    // Each document's text: the number of a key, or after all of them the one of letters.
    let mut texts = all(titles.keys.ords(), length);
    if let Some(letters) = titles.letters {
        for (doc, text) in (0..).zip(&mut texts) {
            let own = letters.term_ords(doc).next().filter(|ord| counting.contains(*ord as usize));
            *text = own.map_or(*text, |ord| keys as u64 + ord);
        }
    }
    let mut used = FixedBitSet::with_capacity(keys + counting.len());
    texts.iter().for_each(|text| used.insert(*text as usize));
    let mut sorting = Sorting::default();
    each_text(titles.keys, |ord, text| sorting.add_used(&used, ord, text));
    if let Some(letters) = titles.letters {
        each_text(letters, |ord, text| sorting.add_used(&used, keys + ord, text));
    }
    let places = sorting.places(collation, used.len());
    let mut keyed: Vec<(u32, DocId)> = texts.iter().map(|text| places[*text as usize]).zip(0..).collect();
    keyed.sort_unstable();
    let forward = keyed.iter().map(|(_, doc)| *doc).collect();
    keyed.sort_unstable_by_key(|(place, doc)| (u32::MAX - place, *doc));
    [forward, keyed.iter().map(|(_, doc)| *doc).collect()]
}

/// Calls `take` for the texts of a column, in the order of their bytes, which is that of their numbers.
fn each_text(column: &StrColumn, mut take: impl FnMut(usize, &str)) {
    let Ok(mut texts) = column.dictionary().stream() else { return };
    let mut ord = 0;
    while texts.advance() {
        take(ord, &String::from_utf8_lossy(texts.key()));
        ord += 1;
    }
}

/// Texts with their numbers, one after the other.
#[derive(Default)]
struct Texts {
    bytes: String,
    ends: Vec<usize>,
    numbers: Vec<usize>,
}

impl Texts {
    fn push(&mut self, number: usize, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        self.numbers.push(number);
    }

    fn get(&self, at: usize) -> &str {
        &self.bytes[start(&self.ends, at)..self.ends[at]]
    }
}

fn start(ends: &[usize], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |before| ends[before])
}

/// Texts to be sorted. Most are plain, and in order as they come; a sort key, which costs 2 µs, is made of the others.
#[derive(Default)]
struct Sorting {
    plain: Texts,
    others: Texts,
}

impl Sorting {
    fn add_used(&mut self, used: &FixedBitSet, number: usize, text: &str) {
        if used.contains(number) {
            let of = if is_plain(text) { &mut self.plain } else { &mut self.others };
            of.push(number, text);
        }
    }

    /// The place of each text among all, by its number; equal ones share one.
    fn places(&self, collation: Collation, numbers: usize) -> Vec<u32> {
        let mut places = vec![0; numbers];
        let (mut place, mut next) = (0, 0);
        let mut follow = |numbers: &[usize]| {
            place += 1;
            numbers.iter().for_each(|number| places[*number] = place);
        };
        for equal in self.sorted_others(collation) {
            let text = self.others.get(equal[0]);
            let upto = self.plain_before(collation, next, text);
            self.plain.numbers[next..upto].iter().for_each(|number| follow(&[*number]));
            next = upto;
            follow(&equal.iter().map(|at| self.others.numbers[*at]).collect::<Vec<_>>());
        }
        self.plain.numbers[next..].iter().for_each(|number| follow(&[*number]));
        places
    }

    /// How many plain texts come before a text, `from` of which are known to: by steps that grow, then in the middle.
    fn plain_before(&self, collation: Collation, from: usize, text: &str) -> usize {
        let is_before = |at: usize| compare(collation, self.plain.get(at), text) == Ordering::Less;
        let (mut low, mut step) = (from, 1);
        while low + step <= self.plain.numbers.len() && is_before(low + step - 1) {
            low += step;
            step *= 2;
        }
        let mut high = self.plain.numbers.len().min(low + step);
        while low < high {
            let middle = low.midpoint(high);
            if is_before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Where the others stand, in order, equal ones together.
    fn sorted_others(&self, collation: Collation) -> Vec<Vec<usize>> {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for at in 0..self.others.numbers.len() {
            match collator(collation) {
                Some(collator) => {
                    let Ok(()) = collator.write_sort_key_to(self.others.get(at), &mut bytes);
                }
                None => bytes.extend_from_slice(self.others.get(at).as_bytes()),
            }
            ends.push(bytes.len());
        }
        let key = |at: usize| &bytes[start(&ends, at)..ends[at]];
        let mut order: Vec<usize> = (0..ends.len()).collect();
        order.sort_by(|left, right| key(*left).cmp(key(*right)));
        order.chunk_by(|left, right| key(*left) == key(*right)).map(<[usize]>::to_vec).collect()
    }
}

/// Small letters without an accent, digits and blanks: no rules of ours order these otherwise than their bytes do.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b' '))
}

/// The rules; `None` where they are not built in, which the tests rule out.
fn collator(collation: Collation) -> Option<&'static CollatorBorrowed<'static>> {
    static COLLATORS: LazyLock<HashMap<Collation, CollatorBorrowed<'static>>> = LazyLock::new(|| {
        let make = |of: Collation| Some((of, Collator::try_new((&tag(of)).into(), CollatorOptions::default()).ok()?));
        Collation::ALL.into_iter().filter_map(make).collect()
    });
    COLLATORS.get(&collation)
}

fn tag(collation: Collation) -> Tag {
    match collation {
        Collation::Root => locale!("und"),
        Collation::Es => locale!("es"),
        Collation::Pl => locale!("pl"),
        Collation::Tr => locale!("tr"),
        Collation::Ru => locale!("ru"),
        Collation::Uk => locale!("uk"),
        Collation::He => locale!("he"),
        Collation::Ar => locale!("ar"),
        Collation::Hi => locale!("hi"),
        Collation::Ko => locale!("ko"),
        Collation::Ja => locale!("ja"),
        Collation::ZhHans => locale!("zh-Hans"),
        Collation::ZhHant => locale!("zh-Hant"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_order(collation: Collation, titles: &[&str]) -> Vec<String> {
        let mut sorted: Vec<String> = titles.iter().rev().map(|title| (*title).to_owned()).collect();
        sorted.sort_by(|left, right| compare(collation, left, right));
        sorted
    }

    #[test]
    fn each_language_has_its_alphabet() {
        for collation in Collation::ALL {
            assert!(collator(collation).is_some(), "{collation:?}");
        }
        for (collation, titles) in [
            (
                Collation::Root,
                &["Aguila", "Águila roja", "Ärger", "Ñandu", "Nube", "Oz", "Zorro", "Война", "七人"] as &[_],
            ),
            (Collation::Es, &["Nadie", "Nube", "Nz", "Ñandú", "Oso"]),
            (Collation::Pl, &["Lato", "Lot", "Łódź", "Miasto", "Zebra", "Źródło", "Żona"]),
            (Collation::Tr, &["Cadde", "Çalgı", "Dağ", "Irmak", "Işık", "İstanbul", "Oda", "Öfke"]),
            (Collation::Ru, &["Ёлки", "Жизнь", "Alien"]),
            (Collation::Uk, &["Гаї", "Ґанок", "Дім", "Іван", "Їжак", "Alien"]),
            (Collation::He, &["אחות", "בית", "Alien"]),
            (Collation::Ar, &["أحمد", "باب", "Alien"]),
            (Collation::Hi, &["आवारा", "दीवार", "शोले", "Alien"]),
            (Collation::Ko, &["기생충", "올드보이", "Alien"]),
            (Collation::Ja, &["Alien", "あきら", "アキレス", "かぐや姫", "さくら"]),
            // By sound: ba, qi, zhong.
            (Collation::ZhHans, &["霸王别姬", "七武士", "中国", "Alien"]),
            // By strokes: 1, 2, 12.
            (Collation::ZhHant, &["一一", "七武士", "悲情城市", "Alien"]),
        ] {
            assert_eq!(in_order(collation, titles), titles, "{collation:?}");
        }
    }

    proptest! {
        /// The short way for plain texts gives what comparing gives, in every language.
        #[test]
        fn places_are_those_of_comparing(texts in proptest::collection::btree_set("([a-e ihj09]{0,4}|[a-złŁöñIıİйа七]{0,3})", 0..12)) {
            for collation in Collation::ALL {
                let texts: Vec<&String> = texts.iter().collect();
                let mut used = FixedBitSet::with_capacity(texts.len());
                used.insert_range(..);
                let mut sorting = Sorting::default();
                texts.iter().enumerate().for_each(|(number, text)| sorting.add_used(&used, number, text));
                let places = sorting.places(collation, texts.len());
                for (left, left_text) in texts.iter().enumerate() {
                    for (right, right_text) in texts.iter().enumerate() {
                        let by_places = places[left].cmp(&places[right]);
                        prop_assert_eq!(by_places, compare(collation, left_text, right_text), "{:?}", collation);
                    }
                }
            }
        }
    }

    #[test]
    fn sort_keys_agree_with_comparing() {
        let titles = ["Łódź", "lodz", "LODZ", "", "?", "Война", "七人", "Işık", "ısı", "Ñu", "nu", "nv", "Alien 3"];
        for collation in Collation::ALL {
            let key = |text: &str| {
                let mut key = Vec::new();
                let Ok(()) = collator(collation).expect("rules").write_sort_key_to(text, &mut key);
                key
            };
            for left in titles {
                for right in titles {
                    let by_keys = key(left).cmp(&key(right));
                    assert_eq!(by_keys, compare(collation, left, right), "{collation:?} {left} {right}");
                }
            }
        }
    }
}
