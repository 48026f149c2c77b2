//! How the site is watched: figures, the context of each task, and signs of life.

pub mod health;
pub mod metrics;
pub mod task;
pub mod task_context;
