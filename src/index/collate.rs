//! Titles in the order that a language's readers expect: its letters, its alphabets first, Han by sound or strokes.
//! The rules are CLDR's, built in. Must never be asked for by what is the same for everybody, such as the API.
//!
//! An order is made when the first visitor asks for it, the others wait: a second or two for a million movies, once for
//! each segment, which never changes. A stand-in until then would shuffle the pages under whoever walks them, and
//! answers that are kept would keep it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

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

fn sorted(collation: Collation, titles: &Titles<'_>, length: usize) -> Both {
    let mut keys = SortKeys::default();
    keys.add_all(collation, titles.keys);
    let own_letters = keys.ends.len();
    if let Some(letters) = titles.letters {
        keys.add_all(collation, letters);
    }
    let places = keys.places();
    let mut keyed: Vec<(u32, DocId)> = Vec::with_capacity(length);
    let ords = all(titles.keys.ords(), length);
    for (doc, ord) in (0..).zip(ords) {
        let own = titles.letters.and_then(|letters| letters.term_ords(doc).next());
        let at = own.map_or(ord as usize, |ord| own_letters + ord as usize);
        keyed.push((places.get(at).copied().unwrap_or(u32::MAX), doc));
    }
    keyed.sort_unstable();
    let forward = keyed.iter().map(|(_, doc)| *doc).collect();
    keyed.sort_unstable_by_key(|(place, doc)| (u32::MAX - place, *doc));
    [forward, keyed.iter().map(|(_, doc)| *doc).collect()]
}

/// Sort keys of many texts, one after the other: their bytes are in the order of the texts.
#[derive(Default)]
struct SortKeys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl SortKeys {
    /// Adds those of a column's texts, in the order of their numbers. What cannot be read stands first, as empty.
    fn add_all(&mut self, collation: Collation, column: &StrColumn) {
        let Ok(mut texts) = column.dictionary().stream() else { return };
        while texts.advance() {
            let text = String::from_utf8_lossy(texts.key());
            match collator(collation) {
                Some(collator) => {
                    let Ok(()) = collator.write_sort_key_to(&text, &mut self.bytes);
                }
                None => self.bytes.extend_from_slice(text.as_bytes()),
            }
            self.ends.push(self.bytes.len());
        }
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start..self.ends[number]]
    }

    /// The place of each text among all; equal ones share one.
    fn places(&self) -> Vec<u32> {
        // The first bytes tell most apart, without a look into the memory of the keys.
        let start = |number: usize| {
            let mut start = [0; 8];
            let key = self.key(number);
            let length = key.len().min(8);
            start[..length].copy_from_slice(&key[..length]);
            u64::from_be_bytes(start)
        };
        let mut order: Vec<(u64, u32)> = (0..self.ends.len()).map(|number| (start(number), number as u32)).collect();
        order.sort_by(|(left_start, left), (right_start, right)| {
            left_start.cmp(right_start).then_with(|| self.key(*left as usize).cmp(self.key(*right as usize)))
        });
        let mut places = vec![0; order.len()];
        for (place, pair) in (1..).zip(order.windows(2)) {
            let (before, this) = (pair[0].1 as usize, pair[1].1 as usize);
            places[this] = if self.key(before) == self.key(this) { places[before] } else { place };
        }
        places
    }
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
