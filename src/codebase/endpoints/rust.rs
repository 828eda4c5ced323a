//! Routes of axum, actix-web and rocket: chains of calls on routers, scopes, and attributes of functions.

use crate::codebase::FileIndex;
use crate::facts::routes::{Form, Statement, literal};

use super::routers::{Found, Known, Router};
use super::{ANY, Framework, Sheet, Web, expression, method, template};

/// The name of what an attribute declares: a handler that is mounted by its own name.
const HANDLER: &str = "#";

/// Reads the routes of Rust files.
pub(super) fn read<'a>(web: &mut Web<'a, '_>, sheets: &[&Sheet<'a>]) {
    let mut open = Vec::new();
    for sheet in sheets {
        let Some(framework) = framework(sheet) else {
            continue;
        };
        attributes(web, sheet, framework);
        for (at, statement) in sheet
            .iter()
            .filter(|(_, statement)| statement.form == Form::Call)
        {
            match framework {
                Framework::Axum => axum(web, sheet, at, statement, &mut open),
                Framework::Actix => actix(web, sheet, at, statement),
                _ => rocket(web, sheet, statement),
            }
        }
    }
    // A router nobody is seen to mount is the application, unless something was mounted that could not be followed.
    for sheet in sheets {
        let own: Vec<Router> = web.routers.of_file(sheet.index).to_vec();
        for (file, function, name) in own {
            let given = (file, function, "");
            if !name.is_empty()
                && name != HANDLER
                && !web.routers.is_mounted((file, function, name))
            {
                web.routers
                    .mount((file, function, name), given, Some(String::new()), false);
            }
            let Some(framework) = web
                .routers
                .get((file, function, name))
                .map(|known| known.framework)
            else {
                continue;
            };
            if name != HANDLER && !open.contains(&framework) {
                web.routers.make(given, known(framework, true));
            }
        }
    }
}

fn framework(sheet: &Sheet) -> Option<Framework> {
    if sheet.imports(&["axum", "utoipa_axum", "poem"]) {
        Some(Framework::Axum)
    } else if sheet.imports(&["actix_web"]) {
        Some(Framework::Actix)
    } else if sheet.imports(&["rocket"]) {
        Some(Framework::Rocket)
    } else {
        None
    }
}

fn known(framework: Framework, is_root: bool) -> Known {
    Known {
        prefix: Some(String::new()),
        is_root,
        framework,
    }
}

/// The name a statement's function has among routers.
fn place(statement: &Statement) -> u32 {
    statement.within.map_or(0, |function| function + 1)
}

/// `#[get("/users")]` before a function.
fn attributes<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, framework: Framework) {
    if framework == Framework::Axum {
        return;
    }
    for (_, statement) in sheet
        .iter()
        .filter(|(_, statement)| statement.form == Form::Decorator)
    {
        let Some(function) = statement.function else {
            continue;
        };
        let written = statement
            .arguments
            .iter()
            .find_map(|argument| literal(&argument.text));
        let Some(path) = written else {
            continue;
        };
        let methods: Vec<&'static str> = match method(&statement.word) {
            Some(method) => vec![method],
            None => {
                let named = statement
                    .arguments
                    .iter()
                    .filter(|argument| argument.name.as_deref() == Some("method"));
                named
                    .filter_map(|argument| method(literal(&argument.text)?))
                    .collect()
            }
        };
        let router = (sheet.index, function + 1, HANDLER);
        web.routers.make(router, known(framework, false));
        for method in methods {
            web.add(Found {
                router,
                method,
                // Rocket takes a query into its paths.
                path: template::plain(path.split('?').next().unwrap_or(path)),
                is_partial: false,
                handler: Some((sheet.index, function)),
                file: sheet.index,
                line: statement.line,
                framework,
            });
        }
    }
}

/// The function an expression names, as a place among routers.
fn function<'a>(web: &Web<'a, '_>, file: FileIndex, text: &'a str) -> Option<(FileIndex, u32)> {
    let name = text.split(['(', '<']).next().unwrap_or(text).trim();
    let name = name.trim_end_matches(':').trim_start_matches('&');
    let last = name.rsplit("::").next()?;
    if let Some(own) = name.strip_prefix("Self::") {
        return web.function_named(file, own, true);
    }
    let (target, symbol) = web.lead(file, name).or_else(|| {
        // A method of a type: the type is followed, and what it has by that name.
        let (before, _) = name.rsplit_once("::")?;
        web.lead(file, before)
    })?;
    let named = |file| web.function_named(file, last, false);
    match symbol {
        Some(_) => named(target).or_else(|| web.function_named(target, last, true)),
        // A module and a function of one name: it may have the function, or take it from another one.
        None => named(target).or_else(|| {
            let at = name.rfind(last)?;
            named(web.lead(target, &name[at..])?.0)
        }),
    }
}

/// What a chain of calls makes: a name of its own, or what its function gives.
fn owner<'a>(sheet: &Sheet<'a>, statement: &'a Statement) -> Router<'a> {
    let on = sheet
        .chain(statement)
        .filter(|other| other.form == Form::Call)
        .last()
        .map_or("", |first| first.on.as_str());
    let is_name = !on.is_empty()
        && on
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = match sheet.bound(statement) {
        Some(bound) => bound,
        None if is_name => on,
        None => "",
    };
    (sheet.index, place(statement), name)
}

/// `.route("/x", get(list).post(create))`, `.nest("/api", api())`, `.merge(other)`.
fn axum<'a>(
    web: &mut Web<'a, '_>,
    sheet: &Sheet<'a>,
    at: usize,
    statement: &'a Statement,
    open: &mut Vec<Framework>,
) {
    let word = statement.word.as_str();
    if !matches!(word, "route" | "at" | "nest" | "merge") {
        return;
    }
    let mut router = owner(sheet, statement);
    let mut is_partial = false;
    let mut before = String::new();
    // A router written in the arguments of another one.
    for outer in sheet.around(at) {
        match outer.word.as_str() {
            "nest" => match outer.path() {
                Some(prefix) => before = template::joined(&template::plain(prefix), &before),
                None => is_partial = true,
            },
            "merge" => {}
            _ => continue,
        }
        router = owner(sheet, outer);
    }
    web.routers.make(router, known(Framework::Axum, false));
    if matches!(word, "nest" | "merge") {
        let child = statement.placed().next_back();
        let Some(child) = child.map(|child| child.text.as_str()) else {
            return;
        };
        let prefix = match (word, statement.path()) {
            ("merge", _) => Some(String::new()),
            (_, path) => path.map(template::plain),
        };
        let prefix = prefix
            .filter(|_| !is_partial)
            .map(|prefix| template::joined(&before, &prefix));
        let is_name = child
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let child_router = if is_name {
            Some((sheet.index, place(statement), child))
        } else {
            function(web, sheet.index, child).map(|(file, at)| (file, at + 1, ""))
        };
        let is_inline = child.starts_with("Router::") || child.starts_with("axum::Router::");
        match child_router {
            Some(child) => web.routers.mount(child, router, prefix, false),
            None if is_inline => {}
            None => open.push(Framework::Axum),
        }
        return;
    }
    let (Some(path), Some(answers)) = (statement.placed().next(), statement.placed().nth(1)) else {
        return;
    };
    let own = path.literal();
    is_partial |= own.is_none();
    let path = template::joined(
        &before,
        &own.map_or(template::UNKNOWN.to_owned(), template::plain),
    );
    let mut found: Vec<(&'static str, Option<(FileIndex, u32)>)> = Vec::new();
    for (name, inside) in expression::calls(&answers.text) {
        let name = name.rsplit("::").next().unwrap_or(name);
        if let Some(method) = method(name) {
            let handler = match answers.function {
                Some(function)
                    if inside.trim_start().starts_with(['|', 'a', 'm']) && inside.contains('|') =>
                {
                    Some((sheet.index, function))
                }
                _ => function(web, sheet.index, inside),
            };
            found.push((method, handler));
        }
    }
    if found.is_empty() {
        found.push((ANY, None));
    }
    let route = Found {
        router,
        method: ANY,
        path,
        is_partial,
        handler: None,
        file: sheet.index,
        line: statement.line,
        framework: Framework::Axum,
    };
    web.add_each(&route, found);
}

/// What stands before a statement of actix: the scopes and resources it is written in, outermost first, and what they
/// are part of.
fn scopes<'a>(
    sheet: &Sheet<'a>,
    at: usize,
    statement: &'a Statement,
) -> (Option<String>, Router<'a>) {
    let mut prefix = Some(String::new());
    let mut outermost = statement;
    let mut chains = vec![statement];
    chains.extend(sheet.around(at));
    for outer in chains {
        let heads = sheet
            .chain(outer)
            .filter(|other| matches!(other.word.as_str(), "scope" | "resource"));
        for head in heads {
            prefix = match (prefix, head.path()) {
                (Some(behind), Some(path)) => {
                    Some(template::joined(&template::plain(path), &behind))
                }
                _ => None,
            };
        }
        outermost = outer;
    }
    let name = sheet.bound(outermost).unwrap_or_default();
    (prefix, (sheet.index, place(statement), name))
}

/// `.service(handler)`, `.configure(routes)`, `.route("/x", web::get().to(handler))`.
fn actix<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, at: usize, statement: &'a Statement) {
    let word = statement.word.as_str();
    if !matches!(word, "service" | "configure" | "route") {
        return;
    }
    let (prefix, router) = scopes(sheet, at, statement);
    web.routers.make(router, known(Framework::Actix, false));
    let last = statement
        .placed()
        .next_back()
        .map(|last| last.text.as_str());
    let Some(last) = last else {
        return;
    };
    match word {
        "service" if !last.contains('(') => {
            if let Some((file, handler)) = function(web, sheet.index, last) {
                web.routers
                    .mount((file, handler + 1, HANDLER), router, prefix, false);
            } else {
                web.routers
                    .mount((sheet.index, place(statement), last), router, prefix, false);
            }
        }
        "service" if !last.contains("scope(") && !last.contains("resource(") => {
            if let Some((file, made)) = function(web, sheet.index, last) {
                web.routers
                    .mount((file, made + 1, ""), router, prefix, false);
            }
        }
        "configure" => {
            if let Some((file, made)) = function(web, sheet.index, last) {
                web.routers
                    .mount((file, made + 1, ""), router, prefix, false);
            }
        }
        "route" => {
            let own = statement.path().map(template::plain);
            let has_path = statement.placed().count() == 2;
            let is_partial = prefix.is_none() || (has_path && own.is_none());
            let path = template::joined(&prefix.unwrap_or_default(), &own.unwrap_or_default());
            let calls = expression::calls(last);
            let named = calls
                .iter()
                .find_map(|(name, _)| method(name.strip_prefix("web::")?));
            let to = calls.iter().find(|(name, _)| *name == "to");
            let handler = to.and_then(|(_, handler)| function(web, sheet.index, handler));
            web.add(Found {
                router,
                method: named.unwrap_or(ANY),
                path,
                is_partial,
                handler,
                file: sheet.index,
                line: statement.line,
                framework: Framework::Actix,
            });
        }
        _ => {}
    }
}

/// `.mount("/api", routes![list, users::create])`.
fn rocket<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, statement: &'a Statement) {
    let (Some(prefix), Some(routes)) = (statement.placed().next(), statement.placed().nth(1))
    else {
        return;
    };
    let prefix = prefix.literal().map(template::plain);
    let text = routes.text.as_str();
    let router = (sheet.index, place(statement), "");
    web.routers.make(router, known(Framework::Rocket, false));
    let list = text
        .split_once("routes![")
        .map(|(_, list)| list.trim_end().trim_end_matches(']'));
    let Some(list) = list.filter(|_| statement.word == "mount") else {
        // A function that lists them.
        if let Some((file, made)) = function(web, sheet.index, text) {
            web.routers
                .mount((file, made + 1, ""), router, prefix, false);
        }
        return;
    };
    for handler in expression::arguments(list) {
        if let Some((file, handler)) = function(web, sheet.index, handler) {
            web.routers
                .mount((file, handler + 1, HANDLER), router, prefix.clone(), false);
        }
    }
}
