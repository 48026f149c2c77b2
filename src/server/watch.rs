//! Watches the configuration: a changed file, or SIGHUP, switches the policy.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
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
    tokio::{self, select, sync::mpsc, time::timeout},
};

use super::{signals::HangUps, switch::Switch};
use crate::base::Error;

/// How long a file must have been left alone: whoever writes it in several steps is done by then.
const QUIET: Duration = Duration::from_millis(100);
/// After how long of not being left alone it is given up, until the next change.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the configuration anew by `read` whenever one of its files changes.
pub fn fairing(read: impl Fn() -> Figment + Clone + Send + Sync + 'static, hang_ups: HangUps) -> AdHoc {
    AdHoc::on_liftoff("Watch", move |rocket| {
        Box::pin(async move {
            if let Some(switch) = Switch::of(rocket) {
                let watched = Watched { files: files(rocket.figment()), speaks: speaks(rocket.figment()) };
                tokio::spawn(watch(watched, read.clone(), switch, rocket.shutdown(), hang_ups));
            }
        })
    })
}

/// What the server started with.
struct Watched {
    files: BTreeSet<PathBuf>,
    /// Whether the files say anything of Latchkey.
    speaks: bool,
}

impl Watched {
    /// A newer configuration, unless files or what they say are gone: nothing else would tell that from a policy of
    /// defaults.
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

async fn watch(
    watched: Watched,
    read: impl Fn() -> Figment,
    switch: Switch,
    mut shutdown: Shutdown,
    mut hang_ups: HangUps,
) {
    let (tell, mut told) = mpsc::channel(1);
    let look = || {
        watcher(&watched.files, tell.clone()).inspect_err(|fault| {
            log::error!("cannot watch the configuration; send SIGHUP when it changes: {fault}");
        })
    };
    let mut watching = look();
    let ring = tell.clone();
    tokio::spawn(async move { while hang_ups.next().await.is_some() && ring.send(()).await.is_ok() {} });
    loop {
        select! {
            () = &mut shutdown => return,
            _ = told.recv() => {}
        }
        // A link may lead elsewhere by now.
        drop(std::mem::replace(&mut watching, look()));
        let left_alone = async { while timeout(QUIET, told.recv()).await.is_ok() {} };
        let accepted = match timeout(PATIENCE, left_alone).await {
            Ok(()) => watched.accept(read()),
            Err(_) => Err(Error::Config("Rocket.toml keeps changing".into())),
        };
        match accepted {
            // What is refused is logged there.
            Ok(figment) => _ = switch.take_up(&figment).await,
            Err(why) => switch.refuse(&why),
        }
    }
}

/// Whether a file says anything of Latchkey.
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

/// The files that the configuration came from.
fn files(figment: &Figment) -> BTreeSet<PathBuf> {
    let file = |source: &Source| source.file_path().map(Path::to_owned);
    figment.metadata().filter_map(|metadata| metadata.source.as_ref().and_then(file)).collect()
}

/// Tells of changes in the folders of `files`, since editors put another file in place of the one they read, and of every
/// link on the way to one, as Kubernetes switches them. Without a file, one may yet come into this folder.
fn watcher(files: &BTreeSet<PathBuf>, tell: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let come = PathBuf::from("Rocket.toml");
    let watched: BTreeSet<PathBuf> = files.iter().flat_map(|file| on_the_way(file)).chain([come]).collect();
    let names: BTreeSet<OsString> =
        watched.iter().filter_map(|file| Some(file.file_name()?.to_owned())).collect();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| changes(&event, &names)) {
            // If one change waits to be looked into, another needs no mention.
            let _ = tell.try_send(());
        }
    })?;
    let folder = |file: &PathBuf| match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // A link may lead to what is not there now.
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

/// The file itself, every link that leads to it, and what those lead to in the end.
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
            // What follows a link that leads to a file is nothing.
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

/// Whether one of the files, or a link on the way to it (`..data` in a mounted folder), may say something else now.
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

    use super::*;

    #[test]
    fn every_link_on_the_way_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at("releases/1")).unwrap();
        std::fs::write(at("releases/1/Rocket.toml"), "").unwrap();
        // As Kubernetes has them: current leads to ..data, and that to a release; the file is a link of its own.
        symlink("releases/1", at("..data")).unwrap();
        symlink("..data", at("current")).unwrap();
        symlink(at("current/Rocket.toml"), at("Rocket.toml")).unwrap();
        let found = on_the_way(&at("Rocket.toml"));
        for path in ["Rocket.toml", "current", "..data", "releases/1/Rocket.toml"] {
            assert!(found.contains(&at(path)), "{path}: {found:?}");
        }
    }

    #[test]
    fn links_that_lead_in_a_circle_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        symlink("b", folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        assert!(on_the_way(&folder.path().join("a")).len() >= 2);
    }
}
