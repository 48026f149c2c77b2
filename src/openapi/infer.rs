//! The schema of values, from samples of them.

use serde_json::{Map, Value, json};

/// Returns a schema that all samples fit.
pub(super) fn schema(samples: &[&Value]) -> Value {
    let of = |is: fn(&Value) -> bool| samples.iter().copied().filter(|value| is(value)).collect::<Vec<_>>();
    let mut kinds: Vec<Value> = Vec::new();
    let objects = of(Value::is_object);
    if !objects.is_empty() {
        kinds.push(object(&objects));
    }
    let arrays = of(Value::is_array);
    if !arrays.is_empty() {
        let items: Vec<_> = arrays.iter().filter_map(|array| array.as_array()).flatten().collect();
        kinds.push(json!({ "type": "array", "items": schema(&items) }));
    }
    for kind in ["string", "boolean", "integer", "number", "null"] {
        if samples.iter().any(|sample| plain(sample) == Some(kind)) {
            kinds.push(json!({ "type": kind }));
        }
    }
    match kinds.len() {
        0 => json!({}),
        1 => kinds.remove(0),
        _ => json!({ "anyOf": kinds }),
    }
}

fn plain(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        Value::Null => Some("null"),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn object(objects: &[&Value]) -> Value {
    let maps: Vec<_> = objects.iter().filter_map(|value| value.as_object()).collect();
    let mut properties = Map::new();
    for key in maps.iter().flat_map(|map| map.keys()) {
        if !properties.contains_key(key) {
            let values: Vec<_> = maps.iter().filter_map(|map| map.get(key)).collect();
            properties.insert(key.clone(), schema(&values));
        }
    }
    let in_all = |key: &&String| maps.iter().all(|map| map.contains_key(*key));
    let required: Vec<_> = properties.keys().filter(in_all).cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_fits_all_samples() {
        let samples =
            [json!({ "a": 1, "b": null, "l": [] }), json!({ "a": 2, "b": "x", "c": true, "l": ["y"] })];
        let expected = json!({
            "type": "object",
            "properties": {
                "a": { "type": "integer" },
                "b": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                "c": { "type": "boolean" },
                "l": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["a", "b", "l"],
        });
        assert_eq!(schema(&samples.iter().collect::<Vec<_>>()), expected);
    }
}
