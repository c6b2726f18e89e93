//! The application: store, index and settings, and the only door from async to blocking work.
