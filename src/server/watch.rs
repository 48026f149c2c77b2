//! Watches the configuration: a changed file, or SIGHUP, switches the policy.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use figment::{Figment, Source, value::Value};
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use rocket::{
    Shutdown,
    fairing::AdHoc,
    tokio::{
        self, select,
        sync::{Notify, mpsc},
        time::timeout,
    },
};

use super::switch::Switch;
use crate::base::Error;

/// Time without changes after which a file is read, so that a file written in several steps is complete.
const DEBOUNCE: Duration = Duration::from_millis(100);
/// Time of continuous changes after which a file is ignored until the next change.
const DEBOUNCE_LIMIT: Duration = Duration::from_secs(5);

/// Reads the configuration anew.
pub type Read = Arc<dyn Fn() -> Figment + Send + Sync>;

/// Reloads the configuration with `read` whenever one of its files changes, or somebody rings `bell`.
pub fn fairing(read: Read, bell: Arc<Notify>) -> AdHoc {
    AdHoc::on_liftoff("Watch", move |rocket| {
        Box::pin(async move {
            if let Some(switch) = Switch::of(rocket) {
                let mut watched = Watched::default();
                watched.add(rocket.figment());
                tokio::spawn(watch(watched, read.clone(), switch, rocket.shutdown(), bell));
            }
        })
    })
}

/// Configuration files that have been in force since the start.
#[derive(Default)]
struct Watched {
    files: BTreeSet<PathBuf>,
    /// True if the files set any key of Latchkey.
    speaks: bool,
}

impl Watched {
    /// Adds the files of a configuration that is in force.
    fn add(&mut self, figment: &Figment) {
        self.files.extend(files(figment));
        self.speaks |= speaks(figment);
    }

    /// Accepts a newer configuration unless files, or all keys of Latchkey in them, are gone: it would otherwise look
    /// like a policy of defaults.
    fn accept(&self, figment: Figment) -> Result<Figment, Error> {
        let found = files(&figment);
        match self.files.difference(&found).next() {
            Some(gone) => Err(Error::Config(format!("{} is gone", gone.display()))),
            None if self.speaks && !speaks(&figment) => Err(Error::Config(
                "no configuration file mentions latchkey any more: is one of them truncated?".into(),
            )),
            None => Ok(figment),
        }
    }
}

async fn watch(mut watched: Watched, read: Read, switch: Switch, mut shutdown: Shutdown, bell: Arc<Notify>) {
    let (tell, mut told) = mpsc::channel(1);
    let look = |files: &BTreeSet<PathBuf>| {
        watcher(files, tell.clone()).inspect_err(|fault| {
            log::error!("cannot watch the configuration; send SIGHUP when it changes: {fault}");
        })
    };
    let mut watching = look(&watched.files);
    loop {
        select! {
            () = &mut shutdown => return,
            () = bell.notified() => {}
            _ = told.recv() => {}
        }
        // A link may have another target now.
        drop(std::mem::replace(&mut watching, look(&watched.files)));
        let left_alone = async { while timeout(DEBOUNCE, told.recv()).await.is_ok() {} };
        let accepted = match timeout(DEBOUNCE_LIMIT, left_alone).await {
            Ok(()) => watched.accept(read()),
            Err(_) => Err(Error::Config("Rocket.toml keeps changing".into())),
        };
        match accepted {
            // The switch logs a refusal itself.
            Ok(figment) => {
                if switch.take_up(&figment).await.is_ok() {
                    watched.add(&figment);
                }
            }
            Err(why) => switch.refuse(&why),
        }
    }
}

/// True if a file sets any key of Latchkey.
fn speaks(figment: &Figment) -> bool {
    fn from_file(figment: &Figment, value: &Value) -> bool {
        match value {
            Value::Dict(_, inner) => inner.values().any(|value| from_file(figment, value)),
            value => figment
                .get_metadata(value.tag())
                .is_some_and(|metadata| matches!(metadata.source, Some(Source::File(_)))),
        }
    }
    figment.find_value("latchkey").is_ok_and(|value| from_file(figment, &value))
}

/// Returns the files that the configuration was read from.
fn files(figment: &Figment) -> BTreeSet<PathBuf> {
    let file = |source: &Source| source.file_path().map(Path::to_owned);
    figment.metadata().filter_map(|metadata| metadata.source.as_ref().and_then(file)).collect()
}

/// Reports changes in the folders of `files`, since editors replace a file rather than rewrite it, and in the folders
/// of all links leading to them, which Kubernetes switches. Without a file, the working directory is watched for a new
/// one.
fn watcher(files: &BTreeSet<PathBuf>, tell: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let come = PathBuf::from("Rocket.toml");
    let watched: BTreeSet<PathBuf> = files.iter().flat_map(|file| on_the_way(file)).chain([come]).collect();
    let names: BTreeSet<OsString> =
        watched.iter().filter_map(|file| Some(file.file_name()?.to_owned())).collect();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| changes(&event, &names)) {
            // If a change is already queued, another one adds nothing.
            let _ = tell.try_send(());
        }
    })?;
    let folder = |file: &PathBuf| match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // The target of a link may be missing now.
    let folders: BTreeSet<_> = watched.iter().map(folder).filter(|folder| folder.is_dir()).collect();
    for folder in folders {
        if let Err(fault) = watcher.watch(&folder, RecursiveMode::NonRecursive)
            && folder.is_dir()
        {
            return Err(fault);
        }
    }
    Ok(watcher)
}

/// Returns the file, every link on its path, and the final target.
fn on_the_way(file: &Path) -> BTreeSet<PathBuf> {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let (mut found, mut ahead) = (BTreeSet::new(), vec![absolute]);
    while let Some(path) = ahead.pop() {
        if !found.insert(path.clone()) {
            continue;
        }
        for place in path.ancestors() {
            let Ok(target) = place.read_link() else { continue };
            let (Some(folder), Ok(rest)) = (place.parent(), path.strip_prefix(place)) else { continue };
            found.insert(place.to_owned());
            // If the link is the file itself, no path follows it.
            let end = if rest.as_os_str().is_empty() {
                folder.join(target)
            } else {
                folder.join(target).join(rest)
            };
            ahead.push(end);
        }
    }
    found.insert(file.to_owned());
    found
}

/// True if one of the files, or a link on its path (`..data` in a mounted folder), may have changed.
fn changes(event: &Event, names: &BTreeSet<OsString>) -> bool {
    let read_only =
        matches!(event.kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write));
    let named = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| names.contains(name) || name.as_encoded_bytes().starts_with(b".."))
    };
    !read_only && event.paths.iter().any(named)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use figment::providers::{Format, Toml};

    use super::*;

    #[test]
    fn every_link_on_the_way_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at("releases/1")).unwrap();
        std::fs::write(at("releases/1/Rocket.toml"), "").unwrap();
        // As in Kubernetes: `current` leads to `..data`, which leads to a release; the file is itself a link.
        symlink("releases/1", at("..data")).unwrap();
        symlink("..data", at("current")).unwrap();
        symlink(at("current/Rocket.toml"), at("Rocket.toml")).unwrap();
        let found = on_the_way(&at("Rocket.toml"));
        for path in ["Rocket.toml", "current", "..data", "releases/1/Rocket.toml"] {
            assert!(found.contains(&at(path)), "{path}: {found:?}");
        }
    }

    #[test]
    fn a_file_that_came_later_is_missed_as_one_from_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Rocket.toml");
        std::fs::write(&file, "[default.latchkey]\nsite_name = 'x'").unwrap();
        let read = || Figment::new().merge(Toml::file_exact(&file).nested());
        let mut watched = Watched::default();
        let with_it = watched.accept(read()).unwrap();
        assert!(watched.accept(Figment::new()).is_ok(), "nothing of it has been in force");
        watched.add(&with_it);
        assert!(watched.accept(Figment::new()).is_err_and(|why| why.to_string().contains("is gone")));
    }

    #[test]
    fn links_that_lead_in_a_circle_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        symlink("b", folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        assert!(on_the_way(&folder.path().join("a")).len() >= 2);
    }
}
