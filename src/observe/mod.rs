//! Observability: metrics, the context of each task, and health.

pub mod connections;
pub mod health;
#[cfg_attr(not(feature = "metrics"), path = "no_metrics.rs")]
pub mod metrics;
pub mod task;
pub mod task_context;
