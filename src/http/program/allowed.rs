//! The methods that an address takes, for a program that tried another.

use rocket::{Request, http::Method};

use super::contract;
use crate::app::App;

/// Returns the methods that the path of a request takes; none if its own is one of them.
pub(super) fn others(app: &App, request: &Request<'_>) -> Vec<Method> {
    let path = request.uri().path().as_str();
    let routes = request.rocket().routes().filter(|route| is_at(route.uri.path(), path));
    let routes = routes.map(|route| route.method).filter(|method| *method != Method::Options);
    let below = app.base().below(path);
    let aliases = contract::all().iter().filter(|alias| below.is_some_and(|below| alias.is_at(below)));
    let mut methods: Vec<_> = routes.chain(aliases.map(|alias| alias.method)).collect();
    methods.sort_unstable_by_key(|method| method.as_str());
    methods.dedup();
    if methods.contains(&request.method()) { Vec::new() } else { methods }
}

/// True if a route with this path, which takes no further segments, is for a path.
pub(super) fn is_at(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part == given => {}
            (Some(part), Some(given)) if is_parameter(part) && !given.is_empty() => {}
            _ => return false,
        }
    }
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('<') && !part.ends_with("..>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_found_by_its_path() {
        for (route, path) in [("/login", "/login"), ("/a/<id>/b", "/a/7/b"), ("/", "/")] {
            assert!(is_at(route, path), "{route} {path}");
        }
        for (route, path) in
            [("/login", "/login/x"), ("/a/<id>", "/a/"), ("/<path..>", "/x"), ("/a/<id>", "/b/7")]
        {
            assert!(!is_at(route, path), "{route} {path}");
        }
    }
}
