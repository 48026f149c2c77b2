//! The page that shows the description to people, by Swagger UI: scripts of others, which no other page loads.

use std::sync::LazyLock;

use rocket::{Route, get, http::Status, response::content::RawHtml, routes};

use crate::{
    core::place::Place,
    http::{Visit, wellknown::Cached},
    view::gzip::Packed,
};

const SCRIPTS: &str = "text/javascript; charset=utf-8";

/// The files, made by `scripts/swagger-ui`.
static SCRIPT: LazyLock<Packed> =
    LazyLock::new(|| unpacked(include_bytes!("swagger_ui/swagger-ui-bundle.js.gz")));
static STYLE: LazyLock<Packed> = LazyLock::new(|| unpacked(include_bytes!("swagger_ui/swagger-ui.css.gz")));
static START: LazyLock<Packed> =
    LazyLock::new(|| Packed::new(include_bytes!("swagger_ui/start.js").to_vec()));

fn unpacked(gzip: &[u8]) -> Packed {
    Packed::unpack(gzip).expect("a file that gzip has packed")
}

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, file]
}

#[get("/api/docs")]
fn show(site: Visit<'_>) -> RawHtml<String> {
    let (docs, document) = (Place::ApiDocs.at(site.base()), Place::OpenApi.at(site.base()));
    RawHtml(format!(
        r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>JSON API</title>
  <link rel="icon" type="image/svg+xml" href="{icon}">
  <link rel="stylesheet" href="{docs}/swagger-ui.css">
  <script src="{docs}/swagger-ui-bundle.js" defer></script>
  <script src="{docs}/start.js" data-document="{document}" defer></script>
</head>
<body><main id="interface"></main></body>
</html>
"#,
        icon = site.templates.icon(),
    ))
}

#[get("/api/docs/<name>")]
fn file(name: &str) -> Result<Cached, Status> {
    let (kind, bytes) = match name {
        "swagger-ui-bundle.js" => (SCRIPTS, &SCRIPT),
        "swagger-ui.css" => ("text/css; charset=utf-8", &STYLE),
        "start.js" => (SCRIPTS, &START),
        _ => return Err(Status::NotFound),
    };
    Ok(Cached { kind, bytes: (**bytes).clone(), cache: "no-cache" })
}
