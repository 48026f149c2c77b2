//! What people see: pages and sentences.

pub mod asset;
pub mod templates;
pub mod voice;
