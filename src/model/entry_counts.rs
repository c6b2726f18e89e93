//! How much members keep of one movie. Counts only: whose the entries are is nobody's business.

use serde_json::{Value, json};

/// The entries of all members for one movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EntryCounts {
    /// Ratings.
    pub ratings: u64,
    /// Notes.
    pub notes: u64,
    /// Viewings, dated or not.
    pub viewings: u64,
    /// Watchlists that hold the movie.
    pub watchlists: u64,
    /// Lists that hold the movie.
    pub lists: u64,
}

impl EntryCounts {
    /// No member keeps anything of the movie.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The counts as one value of an address: `12.3.5.0.1`, in the order of the fields.
    pub fn to_parameter(self) -> String {
        [self.ratings, self.notes, self.viewings, self.watchlists, self.lists].map(|count| count.to_string()).join(".")
    }

    /// Reads what [`Self::to_parameter`] has written; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let counts: Vec<u64> = text.split('.').map(|count| count.parse().ok()).collect::<Option<_>>()?;
        let [ratings, notes, viewings, watchlists, lists] = counts.try_into().ok()?;
        Some(Self { ratings, notes, viewings, watchlists, lists })
    }

    /// The counts as the API tells them.
    pub fn to_json(self) -> Value {
        let Self { ratings, notes, viewings, watchlists, lists } = self;
        json!({"ratings": ratings, "notes": notes, "viewings": viewings, "watchlists": watchlists, "lists": lists})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_survive_an_address() {
        let counts = EntryCounts { ratings: 12, notes: 3, viewings: 5, watchlists: 0, lists: 1 };
        assert_eq!(counts.to_parameter(), "12.3.5.0.1");
        assert_eq!(EntryCounts::parse("12.3.5.0.1"), Some(counts));
        for bad in ["", "1", "1.2.3.4", "1.2.3.4.5.6", "1.2.3.4.x", "-1.2.3.4.5", "<b>"] {
            assert_eq!(EntryCounts::parse(bad), None, "{bad}");
        }
    }
}
