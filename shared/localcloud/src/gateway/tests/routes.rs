//! Which function a request is for.

use http::Method;

use super::*;
use crate::gateway::route::Routes;

fn find(routes: &[RouteConfig], method: &str, path: &str) -> Option<(String, Vec<(String, String)>)> {
    let routes = Routes::new(routes).unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let found = routes.find(&method, &event::decoded(path))?;
    let variables = found.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Some((found.key(), variables))
}

#[test]
fn the_most_specific_route_wins() {
    // Deliberately not in the order of preference.
    let routes = [
        route("ANY", "$default", None),
        route("ANY", "/{proxy+}", None),
        route("GET", "/pets/{proxy+}", None),
        route("ANY", "/pets/dog/{id}", None),
        route("GET", "/pets/dog/{id}", None),
        route("GET", "/pets/{kind}/1", None),
        route("GET", "/pets/dog/1", None),
        route("GET", "/", None),
    ];
    for (method, path, key, variables) in [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", &[][..]),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", &[("id", "2")]),
        ("PUT", "/pets/dog/2", "ANY /pets/dog/{id}", &[("id", "2")]),
        ("PUT", "/pets/dog/1", "ANY /pets/dog/{id}", &[("id", "1")]),
        ("GET", "/pets/cat/1", "GET /pets/{kind}/1", &[("kind", "cat")]),
        ("GET", "/pets/cat/1/toys", "GET /pets/{proxy+}", &[("proxy", "cat/1/toys")]),
        ("GET", "/pets/cat", "GET /pets/{proxy+}", &[("proxy", "cat")]),
        ("PUT", "/pets/cat", "ANY /{proxy+}", &[("proxy", "pets/cat")]),
        ("GET", "/pets/", "ANY /{proxy+}", &[("proxy", "pets/")]),
        ("GET", "/", "GET /", &[]),
        ("PUT", "/", "$default", &[]),
    ] {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(find(&routes, method, path), Some((key.to_owned(), variables)), "{method} {path}");
    }
}

#[test]
fn a_path_matches_as_a_whole_and_by_its_case() {
    for (method, path) in [
        ("GET", "/stock"),
        ("GET", "/stock/"),
        ("GET", "/stock/a/b"),
        ("GET", "/stock/a%2Fb"),
        ("GET", "/stock/a/"),
        ("GET", "//stock/a"),
        ("GET", "/Stock/a"),
        ("POST", "/stock/a"),
        ("HEAD", "/stock/a"),
        ("GET", "/products/"),
        ("OPTIONS", "*"),
        ("GET", ""),
    ] {
        assert_eq!(find(&shop(), method, path), None, "{method} {path}");
    }
}

#[test]
fn variables_are_decoded() {
    for (encoded, plain) in
        [("MUG%2D01", "MUG-01"), ("caf%C3%A9", "café"), ("a%20b+c", "a b+c"), ("%FF", "\u{fffd}"), ("50%", "50%")]
    {
        let (_, variables) = find(&shop(), "GET", &format!("/stock/{encoded}")).unwrap();
        assert_eq!(variables, [("sku".to_owned(), plain.to_owned())]);
    }
}

#[test]
fn routes_that_make_no_sense_are_refused() {
    for path in ["", "stock", "/stock/", "//", "/{}", "/{+}", "/{a", "/a}", "/{a b}", "/x{a}", "/{proxy+}/more"] {
        let refused = Routes::new(&[route("GET", path, None)]).unwrap_err();
        assert_eq!(refused, RouteError::Path(path.to_owned()));
    }
    let twice = Routes::new(&[route("GET", "/a", None), route("GET", "/a", Some("admin"))]).unwrap_err();
    assert_eq!(twice.to_string(), "there are two routes GET /a");
}
