//! The description of the JSON interface (OpenAPI 3.1), made of the forms and the pages of the routes themselves.

mod accounts;
mod answers;
#[cfg(feature = "swagger-ui")]
pub mod docs;
mod document;
mod factors;
mod infer;
mod operation;
mod resets;
mod sign_in;

use std::sync::OnceLock;

use rocket::{Route, State, get, http::ContentType, routes};

use self::operation::Operation;
use crate::http::Visit;

/// The document, once it is made.
#[derive(Default)]
pub struct Description(OnceLock<String>);

/// The route.
pub fn routes() -> Vec<Route> {
    routes![serve]
}

/// Returns the method and the path of every operation that is described, as its route has them.
pub fn described() -> Vec<(String, String)> {
    operations().iter().map(|operation| (operation.method.to_string(), operation.route())).collect()
}

fn operations() -> Vec<Operation> {
    let groups = [
        ("Signing in", sign_in::operations()),
        ("Account", accounts::operations()),
        ("Second factors", factors::operations()),
        ("Resets", resets::operations()),
    ];
    let grouped =
        |(group, all): (_, Vec<Operation>)| all.into_iter().map(move |it| Operation { group, ..it });
    groups.into_iter().flat_map(grouped).collect()
}

#[get("/openapi.json")]
fn serve(site: Visit<'_>, description: &State<Description>) -> (ContentType, String) {
    let made = description.0.get_or_init(|| document::of(&operations(), site.base()).to_string());
    (ContentType::JSON, made.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::base::base_path::BasePath;

    /// Returns where a schema allows nothing but null, which no sample then fills in.
    fn nulls(value: &Value, at: &str) -> Vec<String> {
        match value {
            Value::Object(map) if map.get("properties").is_some() => {
                let properties = map["properties"].as_object().into_iter().flatten();
                let empty = properties.clone().filter(|(_, schema)| schema["type"] == "null");
                let own = empty.map(|(name, _)| format!("{at}.{name}"));
                own.chain(properties.flat_map(|(name, schema)| nulls(schema, &format!("{at}.{name}"))))
                    .collect()
            }
            Value::Object(map) => {
                map.iter().flat_map(|(key, inner)| nulls(inner, &format!("{at}/{key}"))).collect()
            }
            Value::Array(all) => all.iter().flat_map(|inner| nulls(inner, at)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn samples_fill_in_everything_that_may_be_there() {
        let document = document::of(&operations(), &BasePath::default());
        let nulls = nulls(&document["paths"], "");
        assert!(nulls.is_empty(), "{}", nulls.join("\n"));
    }
}
