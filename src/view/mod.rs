//! The parts of pages: templates, sentences, formatted times, and assets.

pub mod asset;
pub mod catalog;
pub mod format;
pub mod gzip;
pub mod input;
pub mod page_cache;
pub mod shown;
pub mod templates;
