//! The files beside an SQLite database: whose they are, and who may read them.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// What SQLite keeps beside a database, and what follows its name then.
pub const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// The file that SQLite keeps beside a database under this ending.
pub fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The folder of a file.
pub fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Waits for whoever else migrates; it ends with the returned handle. The folder is locked, so that no file is left
/// that belongs to whoever came first. Where a folder cannot be locked, each migration is one transaction all the same.
pub(super) fn lock(database: &Path) -> Option<File> {
    let folder = File::open(folder(database)).ok()?;
    folder.lock().ok().map(|()| folder)
}

/// Makes an empty file that its owner alone may read, unless there is one. SQLite gives those beside it the same mode
/// and owner.
pub(super) fn create(database: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(database) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
