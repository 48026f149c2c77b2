//! What pages are made of: templates, sentences, times as people read them, and assets.

pub mod asset;
pub mod catalog;
pub mod format;
pub mod gzip;
pub mod page_cache;
pub mod templates;
