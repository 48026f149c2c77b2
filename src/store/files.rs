//! Files of an SQLite database: who owns and may read them.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Suffixes of the files that SQLite keeps beside a database.
pub const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Returns the path of the file beside a database with this suffix.
pub fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Returns the folder of a file.
pub fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Waits for other processes that migrate; locked until the returned handle is dropped. Locks the folder, since a lock
/// file would belong to whoever came first. Where a folder cannot be locked, each migration is still one transaction.
pub(super) fn lock(database: &Path) -> Option<File> {
    let folder = File::open(folder(database)).ok()?;
    folder.lock().ok().map(|()| folder)
}

/// Creates an empty file that only its owner may read, unless it exists. SQLite gives the files beside it the same mode
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
