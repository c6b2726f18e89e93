//! One word in its forms. Numbers are digits, Roman numerals and English words: "rocky 2" means "Rocky II", "12 monkeys"
//! the film that is called "Twelve Monkeys". `&` is folded to "and", and is that word in other languages too.

/// Words that mean the same. `i`, `x` and `e` are words of their own far more often than a number or "and".
const FORMS: &[&[&str]] = &[
    &["1", "one"],
    &["2", "ii", "two"],
    &["3", "iii", "three"],
    &["4", "iv", "four"],
    &["5", "v", "five"],
    &["6", "vi", "six"],
    &["7", "vii", "seven"],
    &["8", "viii", "eight"],
    &["9", "ix", "nine"],
    &["10", "ten"],
    &["11", "xi", "eleven"],
    &["12", "xii", "twelve"],
    &["13", "xiii", "thirteen"],
    &["14", "xiv", "fourteen"],
    &["15", "xv", "fifteen"],
    &["16", "xvi", "sixteen"],
    &["17", "xvii", "seventeen"],
    &["18", "xviii", "eighteen"],
    &["19", "xix", "nineteen"],
    &["20", "xx", "twenty"],
    &["21", "xxi"],
    &["30", "xxx", "thirty"],
    &["40", "forty"],
    &["50", "fifty"],
    &["60", "sixty"],
    &["70", "seventy"],
    &["80", "eighty"],
    &["90", "ninety"],
    &["100", "hundred"],
    &["1000", "thousand"],
    &["and", "und", "et", "og", "och", "ja", "y", "и", "та", "ve"],
    &["part", "pt"],
    &["volume", "vol"],
    &["doctor", "dr"],
    &["mister", "mr"],
    &["saint", "st"],
    &["versus", "vs"],
];

/// The other forms of a word; none for most words.
pub fn other_forms(word: &str) -> impl Iterator<Item = &'static str> {
    let forms = FORMS.iter().find(|forms| forms.contains(&word)).copied().unwrap_or_default();
    forms.iter().copied().filter(move |form| *form != word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_forms_and_most_words_have_none() {
        assert_eq!(other_forms("2").collect::<Vec<_>>(), ["ii", "two"]);
        assert_eq!(other_forms("twelve").collect::<Vec<_>>(), ["12", "xii"]);
        assert_eq!(other_forms("star").count(), 0);
    }

    #[test]
    fn each_form_is_there_once() {
        let mut seen = std::collections::HashSet::new();
        assert!(FORMS.iter().flat_map(|forms| forms.iter()).all(|form| seen.insert(form)));
    }
}
