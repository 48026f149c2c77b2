//! `latchkey eject`: copies a built-in template or asset into the folder whose files replace them.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};

use figment::Figment;

use super::Done;
use crate::{base::Error, findings::place::Place, server::to_fill, view::templates::Templates};

#[derive(clap::Args)]
pub(super) struct Eject {
    /// Name of a file, such as `account/login`, `layout` or `assets/latchkey.css`; without one, all are listed.
    name: Option<String>,
}

pub(super) fn run(eject: &Eject, figment: &Figment) -> Result<Done, Error> {
    let files = Templates::built_in();
    let Some(name) = &eject.name else {
        files.iter().for_each(|(file, _)| say!("{}", short(file)));
        return Ok(Done::Done);
    };
    let Some((file, content)) = files.iter().find(|(file, _)| file == name || short(file) == name) else {
        eprintln!("latchkey: there is no {name}: `latchkey eject` lists what there is");
        return Ok(Done::Nothing);
    };
    let (folder, key) = to_fill(figment)?;
    let path = folder.join(file);
    write_new(&path, content)?;
    say!("{} has been written, and replaces the built-in one when the server starts again", path.display());
    if key != Some("latchkey.templates") {
        let (place, folder) = (Place::near(figment, "latchkey.templates"), folder.display());
        let table = match place {
            Place::Default => String::new(),
            place => format!(", at {place}"),
        };
        say!("in an application, write templates = \"{folder}\" below [default.latchkey]{table}");
    }
    Ok(Done::Done)
}

/// Name of a page as its route says it: `account/login`.
fn short(file: &str) -> &str {
    file.strip_suffix(".html.tera").unwrap_or(file)
}

/// Writes a file that does not exist yet.
fn write_new(path: &Path, content: &[u8]) -> Result<(), Error> {
    let written = match path.parent() {
        Some(folder) => fs::create_dir_all(folder),
        None => Ok(()),
    };
    let written = written.and_then(|()| File::create_new(path)).and_then(|mut file| file.write_all(content));
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => {
            Error::Config(format!("{} exists, and is not overwritten: move it away first", path.display()))
        }
        _ => Error::File { path: path.display().to_string(), source },
    })
}
