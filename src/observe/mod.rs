//! Observability: metrics, the context of each task, and health.

pub mod connections;
pub mod health;
pub mod metrics;
pub mod task;
pub mod task_context;
