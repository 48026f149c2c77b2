//! What pages are made of: templates, sentences, times as people read them, and assets.

pub mod asset;
pub mod gzip;
pub mod human;
pub mod still;
pub mod templates;
pub mod voice;
