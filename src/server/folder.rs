//! The folder of templates, sentences and assets that replace ours.

use std::path::PathBuf;

use figment::{Figment, value::magic::RelativePathBuf};

use crate::{base::Error, config::fault};

/// Returns the folder that `latchkey.templates` names, relative to the file that sets it.
///
/// # Errors
/// [`Error::Config`] if there is none at this path.
pub fn templates(figment: &Figment) -> Result<Option<PathBuf>, Error> {
    named(figment, "latchkey.templates")
}

/// The same for a server, for which `template_dir` has the same meaning, and `templates` is the default if it exists.
///
/// # Errors
/// [`Error::Config`] if there is none at the path that is named.
pub fn template_dir(figment: &Figment) -> Result<Option<PathBuf>, Error> {
    match templates(figment)? {
        Some(folder) => Ok(Some(folder)),
        None => match named(figment, "template_dir")? {
            Some(folder) => Ok(Some(folder)),
            None => Ok(Some(PathBuf::from("templates")).filter(|folder| folder.is_dir())),
        },
    }
}

fn named(figment: &Figment, key: &str) -> Result<Option<PathBuf>, Error> {
    if figment.find_value(key).is_err() {
        return Ok(None);
    }
    let folder = fault::read::<RelativePathBuf>(figment, key)?.relative();
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    let fault = format!("{key} is no folder: there is none at {}", folder.display());
    Err(Error::Config(fault::placed(figment, &fault)))
}
