//! Endpoints: what a program answers over HTTP, found in its text.
//!
//! Facts hold what is shaped like a route, file by file ([`crate::facts::routes`]). Here these statements are joined:
//! a router is followed through what mounts it to the application, a handler through the imports to its function. Two
//! rules keep what merely looks like a route out: what it is called on must be bound to an application or a router of
//! a known framework, and the file is code that is shipped.
//!
//! What is not seen: routes made in loops, by other packages or from settings; handlers in variables (their endpoints
//! are there, without a handler); prefixes that are no literals (the path stays relative, and says so).

mod classes;
mod conventions;
mod django;
mod ecmascript;
mod expression;
mod nest;
mod python;
mod rest;
mod routers;
mod rust;
mod sheet;
mod template;

use crate::class::Class;
use crate::codebase::maps::Set;
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, FileIndex};

use routers::{Found, Routers};
use sheet::Sheet;

pub use template::{key, same_end};

/// Most endpoints of a codebase; more are not written by hand.
const MOST: usize = 20_000;

/// What a program answers over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The file that declares the route.
    pub file: FileIndex,
    /// The line of the declaration, counted from 1.
    pub line: u32,
    /// `GET`, `POST` …; [`ANY`] where the text names none.
    pub method: &'static str,
    /// Its path as a template: `/users/{id}`.
    pub path: String,
    /// The path is only the end of the whole one: what it is mounted under could not be followed.
    pub is_relative: bool,
    /// The function that answers, by its file and its position in the facts, where it was found.
    pub handler: Option<(FileIndex, u32)>,
    /// The framework.
    pub framework: Framework,
}

/// The method of an endpoint that names none.
pub const ANY: &str = "ANY";

impl Endpoint {
    /// How it is called: `GET /users/{id}`.
    pub fn name(&self) -> String {
        let ellipsis = if self.is_relative { "…" } else { "" };
        format!("{} {ellipsis}{}", self.method, self.path)
    }

    /// Whether requests of its method are meant to change something.
    pub fn is_mutating_by_method(&self) -> bool {
        matches!(self.method, "POST" | "PUT" | "PATCH" | "DELETE")
    }
}

/// A web framework whose routes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "their own names say it")]
pub enum Framework {
    Flask,
    FastApi,
    Starlette,
    Aiohttp,
    Django,
    DjangoRest,
    Express,
    Koa,
    Fastify,
    Hono,
    Nest,
    Next,
    SvelteKit,
    Axum,
    Actix,
    Rocket,
}

impl Framework {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Flask,
        Self::FastApi,
        Self::Starlette,
        Self::Aiohttp,
        Self::Django,
        Self::DjangoRest,
        Self::Express,
        Self::Koa,
        Self::Fastify,
        Self::Hono,
        Self::Nest,
        Self::Next,
        Self::SvelteKit,
        Self::Axum,
        Self::Actix,
        Self::Rocket,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flask => "flask",
            Self::FastApi => "fastapi",
            Self::Starlette => "starlette",
            Self::Aiohttp => "aiohttp",
            Self::Django => "django",
            Self::DjangoRest => "django-rest-framework",
            Self::Express => "express",
            Self::Koa => "koa",
            Self::Fastify => "fastify",
            Self::Hono => "hono",
            Self::Nest => "nest",
            Self::Next => "next",
            Self::SvelteKit => "sveltekit",
            Self::Axum => "axum",
            Self::Actix => "actix",
            Self::Rocket => "rocket",
        }
    }
}

/// Whether there is anything in a codebase that may be a route. Most codebases have none, and need no more than this.
pub fn are_possible(codebase: &Codebase) -> bool {
    codebase.files().iter().any(|file| {
        let routes = file.facts().map(|facts| &facts.routes.statements);
        file.class == Class::Code
            && routes.is_some_and(|routes| !routes.is_empty() || conventions::holds(file))
    })
}

/// The endpoints of a codebase, sorted by file, line, method and path.
pub fn endpoints<'a>(codebase: &'a Codebase, resolver: &Resolver<'a>) -> Vec<Endpoint> {
    let sheets: Vec<Sheet> = codebase
        .indexed()
        .filter(|(_, file)| file.class == Class::Code)
        .filter_map(|(index, file)| Sheet::new(index, file))
        .collect();
    let mut web = Web {
        codebase,
        resolver,
        routers: Routers::default(),
        found: Vec::new(),
    };
    let of = |language: &'static [&'static str]| {
        let is_it = move |sheet: &&Sheet| language.contains(&sheet.language);
        sheets.iter().filter(is_it).collect::<Vec<_>>()
    };
    python::read(&mut web, &of(&["python"]));
    ecmascript::read(&mut web, &of(&["javascript", "typescript"]));
    nest::read(&mut web, &of(&["typescript"]));
    rust::read(&mut web, &of(&["rust"]));
    conventions::read(&mut web);
    web.finish()
}

/// Routes and routers as they are found.
struct Web<'a, 'r> {
    codebase: &'a Codebase,
    resolver: &'r Resolver<'a>,
    routers: Routers<'a>,
    found: Vec<Found<'a>>,
}

impl<'a> Web<'a, '_> {
    /// Notes a route.
    fn add(&mut self, found: Found<'a>) {
        if self.found.len() < MOST {
            self.found.push(found);
        }
    }

    /// Notes one route for each method and what answers it there.
    fn add_each(
        &mut self,
        route: &Found<'a>,
        answers: impl IntoIterator<Item = (&'static str, Option<(FileIndex, u32)>)>,
    ) {
        for (method, handler) in answers {
            self.add(Found {
                method,
                handler,
                ..route.clone()
            });
        }
    }

    /// Gives every route the prefixes of its router.
    fn finish(self) -> Vec<Endpoint> {
        let mut endpoints = Vec::new();
        let mut seen = Set::default();
        for found in &self.found {
            for (prefix, is_relative) in self.routers.prefixes(found.router) {
                let endpoint = Endpoint {
                    path: template::path(&prefix, &found.path),
                    is_relative: is_relative || found.is_partial,
                    method: found.method,
                    handler: found.handler,
                    file: found.file,
                    line: found.line,
                    framework: found.framework,
                };
                if endpoints.len() < MOST && seen.insert(endpoint.clone()) {
                    endpoints.push(endpoint);
                }
            }
        }
        endpoints.sort_unstable();
        endpoints
    }

    /// Where an expression leads: the file and the last name in it.
    ///
    /// A name the file defines itself leads there, one that is imported to the file that defines it.
    fn lead(&self, file: FileIndex, text: &'a str) -> Option<(FileIndex, Option<&'a str>)> {
        let text = text.strip_prefix("this.").unwrap_or(text);
        let names: Vec<&'a str> = crate::codebase::resolve::chain(text).collect();
        let last = names.last().copied()?;
        let targets = self.resolver.resolve_callee(file, text, false);
        match targets.first() {
            Some(callee) => {
                let symbol = callee.target.symbol.filter(|symbol| *symbol != "default");
                // What is imported under another name has its own where it is defined.
                let name = if names.len() == 1 { symbol } else { Some(last) };
                Some((callee.target.file, name))
            }
            None if names.len() == 1 => Some((file, Some(last))),
            None => None,
        }
    }

    /// The function an expression leads to.
    fn function(&self, file: FileIndex, text: &'a str) -> Option<(FileIndex, u32)> {
        let text = expression::unwrapped(text);
        let is_plain = text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'$') || byte >= 128
        });
        if !is_plain {
            return None;
        }
        if let Some(name) = text.strip_prefix("this.").or(text.strip_prefix("self.")) {
            return self.function_named(file, name, true);
        }
        if let Some((target, Some(name))) = self.lead(file, text) {
            return self
                .function_named(target, name, false)
                .or_else(|| self.function_named(target, name, true));
        }
        None
    }

    /// The function of this name in a file: the last one outside of classes, or the only method.
    fn function_named(
        &self,
        file: FileIndex,
        name: &str,
        method: bool,
    ) -> Option<(FileIndex, u32)> {
        let facts = self.codebase.file(file).facts()?;
        let mut named = (0..).zip(&facts.functions).filter(|(_, function)| {
            function.name.as_deref() == Some(name)
                && function.is_method == method
                && function.has_body
                && !function.in_test
        });
        let (at, _) = if method {
            let only = named.next()?;
            if named.next().is_some() {
                return None;
            }
            only
        } else {
            named.last()?
        };
        Some((file, at))
    }
}

/// The method a word of a framework stands for.
fn method(word: &str) -> Option<&'static str> {
    const METHODS: &[(&str, &str)] = &[
        ("get", "GET"),
        ("post", "POST"),
        ("put", "PUT"),
        ("patch", "PATCH"),
        ("delete", "DELETE"),
        ("del", "DELETE"),
        ("head", "HEAD"),
        ("options", "OPTIONS"),
        ("sse", "GET"),
        ("all", ANY),
        ("any", ANY),
    ];
    METHODS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, method)| *method)
}

#[cfg(test)]
mod tests;
