//! The search index: a projection of the store.
