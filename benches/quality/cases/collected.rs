//! Slips that no rule makes, written down by hand: how well-known titles and names are commonly misspelt. They are the
//! authors' recollection and no sample of what visitors type. `collected.tsv` has one a line: the list's name, what is
//! typed, what is meant. In the list `director` a director is meant, else a title.

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
