//! Readers and writers of dumps.
