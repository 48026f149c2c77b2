//! Events as a CSV file (RFC 4180): the newest 10,000 that match the filters.

use rocket::{
    Route, get,
    http::{ContentType, Header, Status},
    response::Responder,
    routes,
};

use super::events::{EventFilters, actors};
use crate::{
    auth::role::Admin,
    base::Error,
    http::{Outcome, Visit},
    store::events::{self, EventRow},
    view::iso,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![export]
}

/// Most events in a file.
pub(super) const MAX_ROWS: i64 = 10_000;
const HEAD: &str = "at,kind,address,account,by,from,policy,detail";

/// A file to download, or an error page.
#[derive(Responder)]
enum Export {
    File(String, ContentType, Header<'static>),
    Failed(Outcome),
}

#[get("/admin/events.csv?<kind>&<account>&<since>&<until>")]
async fn export(
    site: Visit<'_>,
    _admin: Admin<'_>,
    kind: Option<&str>,
    account: Option<&str>,
    since: Option<&str>,
    until: Option<&str>,
) -> Result<Export, Error> {
    let mut conn = site.read().await?;
    let (which, form) = EventFilters::of([kind, account, since, until]).which(&site, &mut conn).await?;
    if !form.is_empty() {
        return Ok(Export::Failed(Outcome::Failed(Status::UnprocessableEntity)));
    }
    let lines = match which {
        Some(which) => events::page(&mut conn, &which, MAX_ROWS).await?,
        None => Vec::new(),
    };
    let names = actors(&mut conn, &lines).await?;
    let mut text = String::from(HEAD);
    for EventRow { event, email } in &lines {
        let account = event.account_id.map(|id| id.to_string());
        let actor = event.actor.as_ref().map(|actor| names.get(actor).unwrap_or(actor).as_str());
        let fields = [
            Some(iso::stamp(event.at)).as_deref().map(cell),
            Some(cell(&event.kind)),
            email.as_deref().map(cell),
            account.as_deref().map(cell),
            actor.map(cell),
            Some(cell(&event.client)),
            event.policy.as_deref().map(cell),
            event.detail.as_deref().map(cell),
        ];
        text.push_str("\r\n");
        text.push_str(&fields.map(Option::unwrap_or_default).join(","));
    }
    text.push_str("\r\n");
    let name = Header::new("Content-Disposition", "attachment; filename=\"events.csv\"");
    Ok(Export::File(text, ContentType::CSV, name))
}

/// Writes a cell; what a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
/// injection).
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_or_breaks_out() {
        for (text, written) in [
            ("ann@example.com", "ann@example.com"),
            ("=1+1", "'=1+1"),
            ("+editor", "'+editor"),
            ("-editor, \"x\"", "\"'-editor, \"\"x\"\"\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
