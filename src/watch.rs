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

use crate::{Error, reset::switch::Switch};

/// How long a file must have been left alone: whoever writes it in several steps is done by then.
const QUIET: Duration = Duration::from_millis(100);
/// After how long of not being left alone it is given up, until the next change.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the configuration anew by `read` whenever one of its files changes.
pub fn fairing(read: impl Fn() -> Figment + Clone + Send + Sync + 'static) -> AdHoc {
    AdHoc::on_liftoff("Watch", move |rocket| {
        Box::pin(async move {
            if let Some(switch) = Switch::of(rocket) {
                let watched = Watched { files: files(rocket.figment()), speaks: speaks(rocket.figment()) };
                tokio::spawn(watch(watched, read.clone(), switch, rocket.shutdown()));
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
            None if self.speaks && !speaks(&figment) => {
                Err(Error::Config("latchkey: no file has a word of it any more, is one cut off?".into()))
            }
            None => Ok(figment),
        }
    }
}

async fn watch(watched: Watched, read: impl Fn() -> Figment, switch: Switch, mut shutdown: Shutdown) {
    let (tell, mut told) = mpsc::channel(1);
    let watcher = watcher(&watched.files, tell.clone());
    if let Err(fault) = &watcher {
        log::error!("the configuration is not watched, send SIGHUP when it changes: {fault}");
    }
    tokio::spawn(hang_ups(tell));
    loop {
        select! {
            () = &mut shutdown => return,
            _ = told.recv() => {}
        }
        let left_alone = async { while timeout(QUIET, told.recv()).await.is_ok() {} };
        let accepted = match timeout(PATIENCE, left_alone).await {
            Ok(()) => watched.accept(read()),
            Err(_) => Err(Error::Config("Rocket.toml is written again and again".into())),
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

/// Tells of changes in the folders of `files`, since editors put another file in place of the one they read; links are
/// followed. Without a file, one may yet come into this folder.
fn watcher(files: &BTreeSet<PathBuf>, tell: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let come = PathBuf::from("Rocket.toml");
    let linked = files.iter().filter_map(|file| file.canonicalize().ok());
    let watched: BTreeSet<PathBuf> = files.iter().cloned().chain(linked).chain([come]).collect();
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
    for folder in watched.iter().map(folder).collect::<BTreeSet<_>>() {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
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

#[cfg(unix)]
async fn hang_ups(tell: mpsc::Sender<()>) {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(mut hang_ups) = signal(SignalKind::hangup()) else { return };
    while hang_ups.recv().await.is_some() && tell.send(()).await.is_ok() {}
}

#[cfg(not(unix))]
async fn hang_ups(_: mpsc::Sender<()>) {}
