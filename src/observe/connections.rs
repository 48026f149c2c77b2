//! Connections to the database, counted.

/// Connections of a pool.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// Open connections.
    pub open: usize,
    /// Open connections that are not in use.
    pub idle: usize,
    /// Most connections allowed.
    pub most: usize,
}
