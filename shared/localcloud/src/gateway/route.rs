//! Which function a request is for.
//!
//! Source: API Gateway Developer Guide, "Create routes for HTTP APIs": a full match of method and path comes first,
//! then one with a greedy variable, then `$default`.

use http::Method;

/// One route of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteConfig {
    /// The method, or `ANY`. Unused for the path `$default`.
    pub method: String,
    /// The path, with variables in braces, as in `/stock/{sku}` and `/files/{proxy+}`; or `$default`.
    pub path: String,
    /// The scope that a token must have. Without one, no token is needed.
    pub scope: Option<String>,
    /// The function, `context/function`.
    pub target: String,
}

/// A route that API Gateway would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The path has no meaning.
    #[error("{0} is not a path: it begins with /, has no empty parts, and only its last part may be greedy")]
    Path(String),
    /// Two routes for the same.
    #[error("there are two routes {0}")]
    Twice(String),
}

const DEFAULT: &str = "$default";
const ANY: &str = "ANY";

/// One part of a path. The order is that of preference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
    Greedy(String),
}

#[derive(Debug)]
struct Pattern {
    /// The route's place in the configuration.
    index: usize,
    /// `None` for `ANY`.
    method: Option<String>,
    /// `None` for `$default`.
    parts: Option<Vec<Part>>,
}

/// The routes, most specific first.
#[derive(Debug)]
pub(super) struct Routes {
    configs: Vec<RouteConfig>,
    patterns: Vec<Pattern>,
}

/// The route that a request is for.
#[derive(Debug)]
pub(super) struct Match<'a> {
    /// The route.
    pub route: &'a RouteConfig,
    /// Its place in the configuration.
    pub index: usize,
    /// The path's variables, decoded, in the path's order.
    pub variables: Vec<(&'a str, String)>,
}

impl Match<'_> {
    /// The route as events name it: `GET /stock/{sku}`, `$default`.
    pub fn key(&self) -> String {
        key(self.route)
    }
}

impl Routes {
    pub fn new(configs: &[RouteConfig]) -> Result<Self, RouteError> {
        let mut patterns = Vec::with_capacity(configs.len());
        for (index, config) in configs.iter().enumerate() {
            if configs.iter().take(index).any(|earlier| key(earlier) == key(config)) {
                return Err(RouteError::Twice(key(config)));
            }
            patterns.push(pattern(index, config)?);
        }
        patterns.sort_by_key(Pattern::preference);
        Ok(Self { configs: configs.to_vec(), patterns })
    }

    /// The best route for this method and this decoded path. A path is decoded before it is taken apart, so an encoded
    /// slash is a slash (aws-lambda-dotnet pull request 1901: "the API gateway cannot handle %2F").
    pub fn find(&self, method: &Method, path: &str) -> Option<Match<'_>> {
        let asked: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        self.patterns.iter().find_map(|pattern| {
            let variables = pattern.variables(method, &asked)?;
            let route = self.configs.get(pattern.index)?;
            Some(Match { route, index: pattern.index, variables })
        })
    }
}

impl Pattern {
    /// Smaller is better. Paths are compared part by part; of two routes with the same path, the one with a method is
    /// better.
    fn preference(&self) -> (u8, Vec<u8>, bool) {
        let rank = |part: &Part| match part {
            Part::Literal(_) => 0,
            Part::Variable(_) => 1,
            Part::Greedy(_) => 2,
        };
        let ranks: Vec<u8> = self.parts.iter().flatten().map(rank).collect();
        let kind = match &self.parts {
            None => 2,
            Some(_) => u8::from(ranks.last() == Some(&2)),
        };
        (kind, ranks, self.method.is_none())
    }

    /// The variables' values, if the pattern matches. No variable is ever empty.
    fn variables(&self, method: &Method, asked: &[&str]) -> Option<Vec<(&str, String)>> {
        if self.method.as_deref().is_some_and(|wanted| wanted != method.as_str()) {
            return None;
        }
        let Some(parts) = &self.parts else { return Some(Vec::new()) };
        let greedy = matches!(parts.last(), Some(Part::Greedy(_)));
        if asked.len() < parts.len() || (asked.len() > parts.len() && !greedy) {
            return None;
        }
        let mut variables = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            match part {
                Part::Literal(text) => (text == asked.get(place)?).then_some(())?,
                Part::Variable(name) => variables.push((name.as_str(), (*asked.get(place)?).to_owned())),
                Part::Greedy(name) => variables.push((name.as_str(), asked.get(place..)?.join("/"))),
            }
        }
        variables.iter().all(|(_, value)| !value.is_empty()).then_some(variables)
    }
}

fn key(route: &RouteConfig) -> String {
    if route.path == DEFAULT { DEFAULT.to_owned() } else { format!("{} {}", route.method, route.path) }
}

fn pattern(index: usize, config: &RouteConfig) -> Result<Pattern, RouteError> {
    if config.path == DEFAULT {
        return Ok(Pattern { index, method: None, parts: None });
    }
    let wrong = || RouteError::Path(config.path.clone());
    let path = config.path.strip_prefix('/').ok_or_else(wrong)?;
    let method = (config.method != ANY).then(|| config.method.clone());
    if path.is_empty() {
        return Ok(Pattern { index, method, parts: Some(vec![Part::Literal(String::new())]) });
    }
    let parts: Vec<Part> = path.split('/').map(part).collect::<Option<_>>().ok_or_else(wrong)?;
    let greedy = parts.iter().position(|part| matches!(part, Part::Greedy(_)));
    if greedy.is_some_and(|place| place + 1 != parts.len()) {
        return Err(wrong());
    }
    Ok(Pattern { index, method, parts: Some(parts) })
}

fn part(text: &str) -> Option<Part> {
    let Some(name) = text.strip_prefix('{') else {
        let legal = !text.is_empty() && !text.contains(['{', '}']);
        return legal.then(|| Part::Literal(text.to_owned()));
    };
    let name = name.strip_suffix('}')?;
    let (name, greedy) = match name.strip_suffix('+') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let legal = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let part = if greedy { Part::Greedy(name.to_owned()) } else { Part::Variable(name.to_owned()) };
    legal.then_some(part)
}
