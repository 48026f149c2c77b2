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

/// Returns the folder that `latchkey.templates` or else `template_dir` names, whether it exists or not, with that key;
/// `templates` if neither is set.
///
/// # Errors
/// [`Error::Config`] if the value is no path.
pub fn to_fill(figment: &Figment) -> Result<(PathBuf, Option<&'static str>), Error> {
    let set = ["latchkey.templates", "template_dir"].into_iter().find(|key| figment.find_value(key).is_ok());
    match set {
        Some(key) => Ok((fault::read::<RelativePathBuf>(figment, key)?.relative(), Some(key))),
        None => Ok((PathBuf::from("templates"), None)),
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
