//! One server of a site, in this process, on a clock that tests turn.

use std::sync::Arc;

use latchkey::{Switch, app::App, clock::Clock};
use reqwest::Method;
use rocket::{
    Build, Rocket, Shutdown,
    tokio::{
        runtime::{Builder, Handle, Runtime},
        task::JoinHandle,
    },
};

use super::Config;

/// What a host application adds to each server.
pub type Host = Arc<dyn Fn(Rocket<Build>) -> Rocket<Build> + Send + Sync>;

/// A server that was started; whoever started it waits until it answers.
pub struct Server {
    /// Every route: method and address.
    pub routes: Vec<(Method, String)>,
    /// What switches its policy.
    pub switch: Switch,
    /// What it works with.
    pub app: Arc<App>,
    shutdown: Shutdown,
    task: JoinHandle<()>,
    own: Option<Runtime>,
}

impl Server {
    /// A server that goes on until it is stopped, or the test ends.
    pub async fn start(config: &Config, clock: &Clock, host: &Host) -> Server {
        Server::start_on(None, config, clock, host).await
    }

    /// A server that can die alone: dropped, it does nothing more from then on, as a process that is killed.
    pub async fn mortal(config: &Config, clock: &Clock, host: &Host) -> Server {
        let own = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        Server::start_on(Some(own), config, clock, host).await
    }

    async fn start_on(own: Option<Runtime>, config: &Config, clock: &Clock, host: &Host) -> Server {
        let handle = own.as_ref().map_or_else(Handle::current, |own| own.handle().clone());
        let (figment, clock, host) = (config.figment(), clock.clone(), host.clone());
        let ignited = handle.spawn(async move {
            host(latchkey::server(figment, clock).expect("the configuration is right")).ignite().await
        });
        let rocket = ignited.await.expect("no panic").expect("the site ignites");
        let method = |name: &str| Method::from_bytes(name.as_bytes()).expect("a method");
        let routes =
            rocket.routes().map(|route| (method(route.method.as_str()), route.uri.to_string())).collect();
        let switch = Switch::of(&rocket).expect("a site");
        let app = rocket.state::<Arc<App>>().expect("a site").clone();
        let shutdown = rocket.shutdown();
        let task = handle.spawn(async move {
            rocket.launch().await.map(drop).expect("the site launches");
        });
        Server { routes, switch, app, shutdown, task, own }
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Stops it, as SIGTERM would.
    pub async fn stop(&mut self) {
        self.shutdown.clone().notify();
        (&mut self.task).await.expect("a clean stop");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(own) = self.own.take() {
            own.shutdown_background();
        }
    }
}
