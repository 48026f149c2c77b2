//! How the site is watched: figures, the context of each task, and signs of life.

pub mod meters;
pub mod scope;
pub mod task;
pub mod vital;
