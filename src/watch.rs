//! Watches the configuration: a changed file, or SIGHUP, switches the policy.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{Figment, Source};
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
/// How often it may be touched again before it is read all the same.
const PATIENCE: usize = 5;

/// Reads the configuration anew by `read` whenever one of its files changes.
pub fn fairing(read: impl Fn() -> Figment + Clone + Send + Sync + 'static) -> AdHoc {
    AdHoc::on_liftoff("Watch", move |rocket| {
        Box::pin(async move {
            if let Some(switch) = Switch::of(rocket) {
                tokio::spawn(watch(read.clone(), switch, rocket.shutdown()));
            }
        })
    })
}

async fn watch(read: impl Fn() -> Figment, switch: Switch, mut shutdown: Shutdown) {
    let (tell, mut told) = mpsc::channel(1);
    let files = files(&read());
    let watcher = watcher(&files, tell.clone());
    if let Err(fault) = &watcher {
        log::error!("the configuration is not watched, send SIGHUP when it changes: {fault}");
    }
    tokio::spawn(hang_ups(tell));
    loop {
        select! {
            () = &mut shutdown => return,
            _ = told.recv() => {}
        }
        for _ in 0..PATIENCE {
            if timeout(QUIET, told.recv()).await.is_err() {
                break;
            }
        }
        match files.iter().find(|file| !file.is_file()) {
            Some(gone) => switch.refuse(&Error::Config(format!("{} is gone", gone.display()))),
            // What was refused has been logged.
            None => _ = switch.take_up(&read()).await,
        }
    }
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
