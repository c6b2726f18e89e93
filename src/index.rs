//! The search index: a projection of the store that may be deleted at any time. `tantivy` is named only below
//! this file. Must never know the store: it is fed by `flows::follow`.

/// What can go wrong in the index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It is being built; nothing can be searched yet.
    #[error("the search index is being built; try again in a moment")]
    Building,
    /// Anything else.
    #[error("the search index failed: {0}")]
    Failed(String),
}
