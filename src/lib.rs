//! fmdb, the movie database that anyone can run from one file. This is the map of the house, in reading order;
//! `ARCHITECTURE.md` tells the three journeys (a search, an edit, an import) through it.

pub mod cli;
pub mod config;

pub mod web;

pub mod flows;

pub mod app;

pub mod files;

pub mod dump;
pub mod index;
pub mod store;

pub mod picture;

pub mod i18n;
pub mod model;
