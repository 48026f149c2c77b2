//! One server of a site, in this process, on a clock that tests control.

use std::{sync::Arc, time::Duration};

use latchkey::{app::App, base::clock::Clock, server::switch::Switch};
use reqwest::Method;
use rocket::{
    Build, Rocket, Shutdown,
    error::ErrorKind,
    figment::Figment,
    tokio::{
        runtime::{Builder, Handle, Runtime},
        task::{JoinHandle, spawn_blocking},
    },
};

use super::{Config, config::unbased, host};

/// The application that each server of a site runs.
pub type Host = Arc<dyn Fn(Figment, Clock) -> Rocket<Build> + Send + Sync>;

/// Latchkey and nothing else; inside a host application if `LATCHKEY_TEST_HOST` is set.
pub fn whole() -> Host {
    match std::env::var_os("LATCHKEY_TEST_HOST") {
        Some(_) => Arc::new(host::application),
        None => Arc::new(|figment, clock| {
            latchkey::server::server(figment, clock).expect("the configuration is right")
        }),
    }
}

/// A server that was started; the caller waits until it answers.
pub struct Server {
    /// Every route: method and address.
    pub routes: Vec<(Method, String)>,
    /// Switch for its policy.
    pub switch: Switch,
    /// The running site.
    pub app: Arc<App>,
    shutdown: Shutdown,
    task: JoinHandle<()>,
    own: Own,
}

/// A runtime that ends with its server, without waiting.
struct Own(Option<Runtime>);

impl Server {
    /// Starts a server that runs until it is stopped, or the test ends.
    pub async fn start(config: &Config, clock: &Clock, host: &Host) -> Server {
        Server::start_on(Own(None), config, clock, host).await
    }

    /// Starts a server that can be killed alone.
    pub async fn mortal(config: &Config, clock: &Clock, host: &Host) -> Server {
        let own = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        Server::start_on(Own(Some(own)), config, clock, host).await
    }

    async fn start_on(own: Own, config: &Config, clock: &Clock, host: &Host) -> Server {
        let handle = own.0.as_ref().map_or_else(Handle::current, |own| own.handle().clone());
        let (figment, clock, host) = (config.figment(), clock.clone(), host.clone());
        let ignited = handle.spawn(async move { host(figment, clock).ignite().await });
        let rocket = ignited.await.expect("no panic").expect("the site ignites");
        let method = |name: &str| Method::from_bytes(name.as_bytes()).expect("a method");
        let routes = rocket
            .routes()
            .map(|route| (method(route.method.as_str()), unbased(&route.uri.to_string()).to_owned()))
            .collect();
        let switch = Switch::of(&rocket).expect("a site");
        let app = rocket.state::<Arc<App>>().expect("a site").clone();
        let shutdown = rocket.shutdown();
        let task = handle.spawn(async move {
            // A request whose client has left may outlive the server.
            if let Err(error) = rocket.launch().await {
                assert!(matches!(error.kind(), ErrorKind::Shutdown(..)), "the site launches: {error}");
            }
        });
        Server { routes, switch, app, shutdown, task, own }
    }

    /// True once it has ended.
    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Stops it, as SIGTERM would.
    pub async fn stop(&mut self) {
        self.shutdown.clone().notify();
        (&mut self.task).await.expect("a clean stop");
    }

    /// Ends it at once, in the middle of its work, like a killed process.
    pub async fn die(mut self) {
        let mut own = Own(self.own.0.take());
        let end = move || own.0.take().map(|own| own.shutdown_timeout(Duration::from_secs(1)));
        spawn_blocking(end).await.expect("no panic");
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(own) = self.0.take() {
            own.shutdown_background();
        }
    }
}
