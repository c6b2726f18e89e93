//! What people were seen to type, as lists of public misspellings have it: `collected.tsv`, one a line, the list's name,
//! what was typed and what was meant. In the list `director` a director is meant, else a title.

use super::{Case, Wanted};

const COLLECTED: &str = include_str!("collected.tsv");

/// The cases of a list.
pub fn of(list: &'static str) -> impl Iterator<Item = Case> {
    let lines = COLLECTED.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let mut parts = line.split('\t');
        let (name, typed, meant) = (parts.next()?, parts.next()?, parts.next()?.to_owned());
        let wanted = if list == "director" { Wanted::Director(meant) } else { Wanted::Title(meant) };
        (name == list).then(|| Case { typed: typed.to_owned(), wanted })
    })
}
