//! The endpoint for metrics, as Prometheus reads it.

use rocket::{Route, http::ContentType, routes};

use super::{Visit, probes::Insider};
use crate::{
    base::Error,
    observe::metrics::{CONTENT_TYPE, Found},
    store::outbox,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![metrics]
}

/// All metrics. While the database is unavailable, those that only it knows are left out.
#[rocket::get("/metrics")]
async fn metrics(_insider: Insider, site: Visit<'_>) -> Result<(ContentType, String), Error> {
    let found = async {
        let mut conn = site.read().await?;
        let (waiting, oldest) = (outbox::waiting(&mut conn).await?, outbox::oldest(&mut conn).await?);
        let waiting = waiting.into_iter().map(|(kind, n)| (kind.label(), n)).collect();
        Ok::<_, Error>(Found { waiting, age: oldest.map_or(Default::default(), |at| at.until(site.now())) })
    };
    let found = found.await.inspect_err(|error| log::error!("{error}")).ok();
    let told = site.metrics.encode(found.as_ref(), site.db.connections())?;
    Ok((ContentType::parse_flexible(CONTENT_TYPE).unwrap_or(ContentType::Plain), told))
}
