//! The document: all operations, with those that addresses of Flask-Security's contract lead to.

use rocket::http::Method;
use serde_json::{Map, Value, json};

use super::{
    answers::{agreeing, envelope, refusals, responses, schemas},
    infer,
    operation::{Caller, Operation},
};
use crate::{
    base::base_path::BasePath,
    core::place,
    http::program::contract::{self, Alias},
};

/// Version of the interface: keys are only added within the first number.
const VERSION: &str = "1.0.0";

/// Returns the document of a site below `base`.
pub(super) fn of(operations: &[Operation], base: &BasePath) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    // The contract has another address for one of our links.
    let renamed = operations.iter().filter(|operation| operation.path == "/account/email/{key}");
    let renamed = renamed.map(|it| Operation { path: "/change-email/{key}", ..it.clone() });
    for operation in operations.iter().cloned().chain(renamed) {
        add(&mut paths, operation.path, operation.method, described(&operation, None, base));
    }
    for alias in contract::all() {
        let is_it = |operation: &&Operation| {
            operation.method == alias.by && operation.path == alias.to.path().as_ref()
        };
        if let Some(operation) = operations.iter().find(is_it) {
            let path = path(alias);
            let described = described(operation, Some(alias), base);
            // Ours takes all that theirs does.
            if paths.get(&path).is_none_or(|of| of.get(name(alias.method)).is_none()) {
                add(&mut paths, &path, alias.method, described);
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Latchkey",
            "version": VERSION,
            "description": "Sign-up, sign-in, second factors and account recovery in JSON, in the contract of Flask-Security. \
                Send `Content-Type: application/json`, or prefer it by `Accept`.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": base.root() }],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "responses": responses(),
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "latchkey_session", "description": "With `__Host-` before its name on https." },
                "pending": { "type": "apiKey", "in": "cookie", "name": "latchkey_pending", "description": "A sign-in that owes a second factor." },
                "token": { "type": "apiKey", "in": "header", "name": "Authentication-Token" },
                "bearer": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

/// Returns the path of an alias as the document has it.
fn path(alias: &Alias) -> String {
    match alias.path.strip_suffix('-') {
        Some(begun) => format!("{begun}{{key}}"),
        None => alias.path.replace('*', "{rest}"),
    }
}

fn add(paths: &mut Map<String, Value>, path: &str, method: Method, described: Value) {
    let of_path = paths.entry(path).or_insert_with(|| json!({}));
    of_path[name(method)] = described;
}

fn name(method: Method) -> &'static str {
    if method == Method::Post { "post" } else { "get" }
}

/// Describes an operation, or the address of the contract that leads to it.
fn described(operation: &Operation, alias: Option<&Alias>, base: &BasePath) -> Value {
    let path = alias.map_or_else(|| operation.path.to_owned(), path);
    let method = alias.map_or(operation.method, |alias| alias.method);
    let mut described = json!({
        "operationId": id(method, &path),
        "tags": [operation.group],
        "summary": operation.summary,
        "parameters": parameters(operation, &path),
        "responses": answers(operation, base),
        "security": security(operation.caller),
    });
    if let Some(body) = operation.body().filter(|_| method == Method::Post) {
        let schema = match alias {
            Some(alias) => renamed(body, alias),
            None => body,
        };
        described["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
    }
    described
}

fn id(method: Method, path: &str) -> String {
    let path = path.replace('{', "by_");
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(name(method).to_owned(), |id, word| format!("{id}_{word}"))
}

fn parameters(operation: &Operation, path: &str) -> Vec<Value> {
    let in_path = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let in_path = in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }));
    let token = (operation.method == Method::Post).then_some("include_auth_token");
    let in_query = operation.query.iter().copied().chain(token);
    let in_query =
        in_query.map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
    let by_cookie = operation.caller == Caller::KeyHolder && operation.method == Method::Post;
    let form = (by_cookie && !path.contains('{')).then(|| {
        json!({ "name": "form", "in": "query", "schema": { "type": "string" },
            "description": "The `id` of `ticket` in the answer to GET: the key that is meant, if another link is opened meanwhile. \
                A page has to send it." })
    });
    in_path.chain(in_query).chain(form).collect()
}

/// Returns the schema of a form with the contract's names of fields.
fn renamed(mut schema: Value, alias: &Alias) -> Value {
    let fixed = alias.with.map(|(field, _)| field);
    let gone: Vec<_> = fixed.into_iter().chain((!alias.rest.is_empty()).then_some(alias.rest)).collect();
    if let Some(properties) = schema["properties"].as_object_mut() {
        gone.iter().for_each(|name| _ = properties.remove(*name));
        for (theirs, ours) in alias.names {
            if let Some(property) = properties.remove(*ours) {
                properties.insert((*theirs).to_owned(), property);
            }
        }
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| !gone.iter().any(|gone| name == gone));
        for name in required {
            if let Some((theirs, _)) = alias.names.iter().find(|(_, ours)| name == ours) {
                *name = (*theirs).into();
            }
        }
    }
    schema
}

fn answers(operation: &Operation, base: &BasePath) -> Value {
    let mut all = refusals(operation);
    let told = json!({ "$ref": "#/components/schemas/Told" });
    let samples = operation.pages.iter().flat_map(|samples| samples()).map(|mut sample| {
        place::settle(&mut sample.fields, base);
        Value::Object(sample.fields)
    });
    let samples: Vec<_> = samples.collect();
    let (about, schema) = match operation.pages.len() {
        0 => ("It is done.", told),
        _ => {
            let page = agreeing(infer::schema(&samples.iter().collect::<Vec<_>>()));
            ("The contents of the page.", json!({ "allOf": [page, told] }))
        }
    };
    let done = json!({ "location": base.join("/account"), "messages": [] });
    let example = samples.into_iter().next().unwrap_or(done);
    let done = json!({
        "description": about,
        "content": { "application/json": {
            "schema": envelope(200, &schema),
            "example": { "meta": { "code": 200 }, "response": example },
        } },
    });
    all.insert("200".into(), done);
    Value::Object(all)
}

fn security(caller: Caller) -> Value {
    match caller {
        Caller::Anybody | Caller::KeyHolder => json!([]),
        Caller::Pending => json!([{ "pending": [] }, { "token": [] }, { "bearer": [] }]),
        Caller::SignedIn => json!([{ "session": [] }, { "token": [] }, { "bearer": [] }]),
    }
}
