//! The parts of pages: templates, sentences, times, and assets.

pub mod asset;
pub mod catalog;
pub mod format;
pub mod gzip;
#[cfg_attr(not(feature = "templates"), path = "no_templates.rs")]
pub mod in_template;
pub mod input;
pub mod iso;
pub mod language;
pub mod layout;
pub mod page_cache;
pub mod shown;
pub mod templates;
