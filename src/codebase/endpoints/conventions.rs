//! Routes by convention: files whose place is the path and whose exported functions are the methods, as Next.js and
//! SvelteKit have them.

use crate::class::Class;
use crate::codebase::File;
use crate::facts::{Exposure, Facts};

use super::routers::{Found, Known};
use super::{ANY, Framework, Web};

/// Functions such a file exports.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Whether a file's place is one of routes.
pub(super) fn holds(file: &File) -> bool {
    place(&file.path.to_str()).is_some()
}

/// Reads route files.
pub(super) fn read(web: &mut Web) {
    for (index, file) in web.codebase.indexed() {
        let Some(facts) = file.facts().filter(|_| file.class == Class::Code) else {
            continue;
        };
        let path = file.path.to_str();
        let Some((framework, path)) = place(&path) else {
            continue;
        };
        let is_page =
            framework == Framework::Next && path.starts_with("/api") && !is_route_file(file);
        let exported: Vec<(&'static str, &str)> = if is_page {
            default_export(facts)
                .map(|name| (ANY, name))
                .into_iter()
                .collect()
        } else {
            let named = |method: &&&'static str| {
                facts
                    .items
                    .iter()
                    .any(|item| item.name == ***method && item.exposure == Exposure::Public)
            };
            METHODS
                .iter()
                .filter(named)
                .map(|method| (*method, *method))
                .collect()
        };
        let router = (index, 0, "");
        let known = Known {
            prefix: Some(String::new()),
            is_root: true,
            framework,
        };
        web.routers.make(router, known);
        for (method, name) in exported {
            let item = facts.items.iter().find(|item| item.name == *name);
            web.add(Found {
                router,
                method,
                path: path.clone(),
                is_partial: false,
                handler: web.function_named(index, name, false),
                file: index,
                line: item.map_or(1, |item| item.line),
                framework,
            });
        }
    }
}

fn is_route_file(file: &File) -> bool {
    file.path.file_name().starts_with(b"route.")
}

/// The name under which a file has its default export, if it has one: that of a function, or none of its own.
fn default_export(facts: &Facts) -> Option<&str> {
    let public = |item: &&crate::facts::Item| item.exposure == Exposure::Public;
    let mut items = facts.items.iter().filter(public);
    items
        .clone()
        .find(|item| item.name == "default")
        .or_else(|| items.find(|item| item.name != "config"))
        .map(|item| item.name.as_str())
}

/// The framework and the path of a file, if its place is one of routes.
fn place(path: &str) -> Option<(Framework, String)> {
    let (directory, name) = path.rsplit_once('/')?;
    let (stem, extension) = name.rsplit_once('.')?;
    if !matches!(extension, "js" | "jsx" | "ts" | "tsx" | "mjs") {
        return None;
    }
    let below = |root: &str| {
        let mut parts = path.split('/');
        parts
            .any(|part| part == root)
            .then(|| parts.collect::<Vec<_>>().join("/"))
    };
    let of = |rest: &str| {
        let directory = rest.rsplit_once('/').map_or("", |(directory, _)| directory);
        let parts = directory.split('/').filter(|part| {
            // Groups and slots are no part of the path.
            !part.is_empty() && !part.starts_with(['(', '@'])
        });
        let parts: Vec<String> = parts.map(parameter).collect();
        format!("/{}", parts.join("/"))
    };
    if stem == "route" {
        return Some((Framework::Next, of(&below("app")?)));
    }
    if stem == "+server" {
        return Some((Framework::SvelteKit, of(&below("routes")?)));
    }
    let rest = below("pages")?;
    if rest != "api" && !rest.starts_with("api/") || !directory.contains("pages") {
        return None;
    }
    let whole = of(&rest);
    Some((
        Framework::Next,
        match stem {
            "index" => whole,
            stem => format!("{}/{}", whole.trim_end_matches('/'), parameter(stem)),
        },
    ))
}

/// `[id]` and `[...rest]` are filled in by the request.
fn parameter(part: &str) -> String {
    match part
        .strip_prefix('[')
        .and_then(|part| part.strip_suffix(']'))
    {
        Some(name) => {
            let name = name.trim_matches(['[', ']']).trim_start_matches("...");
            format!("{{{}}}", name.split('=').next().unwrap_or(name))
        }
        None => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn the_place_of_a_file_is_its_path() {
        let path = |file: &str| place(file).map(|(_, path)| path);
        assert_eq!(
            path("src/app/(shop)/api/users/[id]/route.ts").unwrap(),
            "/api/users/{id}"
        );
        assert_eq!(path("app/route.js").unwrap(), "/");
        assert_eq!(
            path("pages/api/posts/[...slug].ts").unwrap(),
            "/api/posts/{slug}"
        );
        assert_eq!(path("pages/api/index.ts").unwrap(), "/api");
        assert_eq!(
            path("web/src/routes/x/[id=int]/+server.ts").unwrap(),
            "/x/{id}"
        );
        assert_eq!(path("pages/about.tsx"), None);
        assert_eq!(path("lib/route.ts"), None);
    }
}
