//! Routes of Flask, FastAPI, Starlette, aiohttp and what is like them; those of Django are in [`super::django`].

use crate::codebase::FileIndex;
use crate::facts::routes::{Argument, Form, Statement};

use super::classes::Class;
use super::routers::{Found, Known, Router};
use super::{ANY, Framework, Sheet, Web, django, expression, method, rest, template};

/// Which framework a file is about, by what it imports.
const PACKAGES: &[(&[&str], Framework)] = &[
    (&["fastapi"], Framework::FastApi),
    (
        &[
            "flask",
            "quart",
            "flask_restx",
            "flask_restful",
            "flask_smorest",
            "flask_openapi3",
        ],
        Framework::Flask,
    ),
    (&["aiohttp"], Framework::Aiohttp),
    (&["starlette", "litestar", "sanic"], Framework::Starlette),
];

/// Reads the routes of Python files.
pub(super) fn read<'a>(web: &mut Web<'a, '_>, sheets: &[&Sheet<'a>]) {
    for sheet in sheets {
        make_routers(web, sheet);
    }
    for sheet in sheets {
        mount(web, sheet);
        for (at, statement) in sheet.iter() {
            match statement.form {
                Form::Decorator => decorated(web, sheet, statement),
                Form::Call => called(web, sheet, at, statement),
                Form::Router | Form::Bound => {}
            }
        }
    }
    django::read(web, sheets);
}

fn framework(sheet: &Sheet) -> Option<Framework> {
    let known = PACKAGES
        .iter()
        .find(|(packages, _)| sheet.imports(packages));
    known.map(|(_, framework)| *framework)
}

fn make_routers<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>) {
    for (_, statement) in sheet.iter() {
        let (Form::Router, Some(name)) = (statement.form, statement.bound.as_deref()) else {
            continue;
        };
        let word = statement.word.as_str();
        let by_word = match word {
            "Flask" | "Quart" | "Namespace" | "Api" => Some(Framework::Flask),
            "FastAPI" | "APIRouter" => Some(Framework::FastApi),
            "Starlette" | "Sanic" => Some(Framework::Starlette),
            "Application" | "RouteTableDef" => Some(Framework::Aiohttp),
            _ if word.ends_with("Blueprint") => Some(Framework::Flask),
            _ if rest::is_router(word) => Some(Framework::DjangoRest),
            _ => None,
        };
        let Some(framework) = by_word.or_else(|| framework(sheet)) else {
            continue;
        };
        let is_root = matches!(
            word,
            "Flask" | "Quart" | "FastAPI" | "Starlette" | "Sanic" | "Application"
        ) || word == "RouteTableDef";
        // A namespace of flask-restx is mounted under its name unless it is given a path.
        let prefix = match (
            statement.named("url_prefix").or(statement.named("prefix")),
            word,
        ) {
            (Some(prefix), _) => text(prefix),
            (None, "Namespace") => {
                let path = statement.named("path").and_then(text);
                path.or_else(|| statement.path().map(|name| format!("/{name}")))
            }
            _ => Some(String::new()),
        };
        web.routers.make(
            (sheet.index, 0, name),
            Known {
                prefix,
                is_root,
                framework,
            },
        );
    }
}

/// An argument's text, with parameters in braces.
fn text(argument: &Argument) -> Option<String> {
    let text = argument.text.trim();
    if text == "None" {
        return Some(String::new());
    }
    expression::python_text(text).map(|text| template::plain(&text))
}

/// The router an expression stands for: one of the file, or an imported one.
pub(super) fn router<'a>(
    web: &Web<'a, '_>,
    sheet: &Sheet<'a>,
    expression: &'a str,
) -> Option<Router<'a>> {
    let expression = expression.trim();
    let own = (sheet.index, 0, expression);
    if web.routers.get(own).is_some() {
        return Some(own);
    }
    let (file, name) = web.lead(sheet.index, expression)?;
    if let Some(name) = name {
        let named = (file, 0, name);
        return web.routers.get(named).is_some().then_some(named);
    }
    match web.routers.of_file(file) {
        [only] => Some(*only),
        _ => None,
    }
}

/// Notes which routers are mounted in which.
fn mount<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>) {
    for (_, statement) in sheet.iter() {
        let replaces = match (statement.form, statement.word.as_str()) {
            (Form::Call, "include_router") => false,
            (Form::Call, "register_blueprint") => statement.named("url_prefix").is_some(),
            (Form::Call, "add_namespace") => true,
            _ => continue,
        };
        let child = statement
            .placed()
            .next()
            .and_then(|child| router(web, sheet, &child.text));
        let (Some(child), Some(parent)) = (child, router(web, sheet, &statement.on)) else {
            continue;
        };
        let prefix = statement.named("url_prefix").or(statement.named("prefix"));
        let prefix = prefix.map_or(Some(String::new()), text);
        web.routers.mount(child, parent, prefix, replaces);
    }
}

/// What a route statement's router is; none if it is about something else.
fn owner<'a>(
    web: &mut Web<'a, '_>,
    sheet: &Sheet<'a>,
    statement: &'a Statement,
) -> Option<(Router<'a>, Framework)> {
    if let Some(found) = router(web, sheet, &statement.on) {
        let framework = web.routers.get(found)?.framework;
        return Some((found, framework));
    }
    // A router made by something that is not seen: its name and the framework of the file speak for it.
    let on = statement.on.as_str();
    let last = on.rsplit('.').next().unwrap_or(on);
    let is_named_so = matches!(
        last,
        "app" | "router" | "bp" | "blueprint" | "api" | "ns" | "routes"
    ) || ["_app", "_router", "_bp", "_blueprint", "_ns", "_api"]
        .iter()
        .any(|end| last.ends_with(end));
    let framework = framework(sheet).filter(|_| is_named_so)?;
    let unseen = (sheet.index, 0, on);
    web.routers.make(
        unseen,
        Known {
            prefix: Some(String::new()),
            is_root: false,
            framework,
        },
    );
    Some((unseen, framework))
}

/// A route that a decorator declares.
fn decorated<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, statement: &'a Statement) {
    if statement.on.is_empty() {
        return;
    }
    let word = statement.word.as_str();
    let Some((router, framework)) = owner(web, sheet, statement) else {
        return;
    };
    let path = statement
        .placed()
        .next()
        .or(statement.named("path"))
        .or(statement.named("url"));
    let literal = path.and_then(text);
    let is_partial = literal.is_none();
    let path = literal.unwrap_or_else(|| template::UNKNOWN.to_owned());
    let route = unanswered(sheet, statement, (router, framework), path, is_partial);
    if let Some(class) = &statement.bound {
        let Some(class) = Class::find(web, sheet.index, class) else {
            return;
        };
        web.add_each(&route, of_methods(class.methods(web)));
        return;
    }
    let methods = match (word, statement.named("methods")) {
        (_, Some(methods)) => methods_of(&methods.text),
        ("route", None) if framework == Framework::Starlette => vec!["GET"],
        ("route" | "api_route", None) => vec!["GET"],
        (word, None) => method(word).into_iter().collect(),
    };
    let handler = statement.function.map(|function| (sheet.index, function));
    web.add_each(&route, methods.into_iter().map(|method| (method, handler)));
}

/// The methods a list names; any if it names none that is known.
pub(super) fn methods_of(list: &str) -> Vec<&'static str> {
    let named = expression::literals(list);
    let mut methods: Vec<&'static str> = named.into_iter().filter_map(method).collect();
    if methods.is_empty() {
        methods.push(ANY);
    }
    methods
}

/// A route that a call declares.
fn called<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, at: usize, statement: &'a Statement) {
    let word = statement.word.as_str();
    let mut placed = statement.placed();
    let first = placed.next();
    let second = placed.next();
    let (router, framework, handler, methods) = match word {
        "add_url_rule" | "add_api_route" | "add_route" => {
            let Some((router, framework)) = owner(web, sheet, statement) else {
                return;
            };
            let handler = statement.named("view_func").or(match word {
                // The second place is a name, the third the function.
                "add_url_rule" => placed.next(),
                _ => second,
            });
            let methods = statement
                .named("methods")
                .map_or(vec!["GET"], |methods| methods_of(&methods.text));
            (router, framework, handler, methods)
        }
        "add_resource" => {
            resource(web, sheet, statement);
            return;
        }
        "add_get" | "add_post" | "add_put" | "add_patch" | "add_delete" => {
            if !sheet.imports(&["aiohttp"]) {
                return;
            }
            let router = application(web, sheet, Framework::Aiohttp);
            let method = word.strip_prefix("add_").and_then(method);
            (
                router,
                Framework::Aiohttp,
                second,
                method.into_iter().collect(),
            )
        }
        "Route" => {
            if !sheet.imports(&["starlette", "fastapi"]) {
                return;
            }
            let router = application(web, sheet, Framework::Starlette);
            let methods = statement
                .named("methods")
                .map_or(vec!["GET"], |methods| methods_of(&methods.text));
            (router, Framework::Starlette, second, methods)
        }
        _ => return,
    };
    let literal = first.and_then(text);
    let mut is_partial = literal.is_none();
    let mut path = literal.unwrap_or_else(|| template::UNKNOWN.to_owned());
    for outer in sheet.around(at) {
        if outer.word == "Mount" {
            match outer.placed().next().and_then(text) {
                Some(prefix) if !is_partial => path = template::joined(&prefix, &path),
                _ => is_partial = true,
            }
        }
    }
    let route = unanswered(sheet, statement, (router, framework), path, is_partial);
    let expression = handler.map(|handler| handler.text.as_str());
    let class = expression.and_then(|text| {
        let name = text.split_once(".as_view").map_or(text, |(name, _)| name);
        Class::of(web, sheet.index, name)
    });
    if let Some(class) = class {
        web.add_each(&route, of_methods(class.methods(web)));
        return;
    }
    let function = expression.and_then(|text| web.function(sheet.index, text));
    web.add_each(&route, methods.into_iter().map(|method| (method, function)));
}

/// What a statement says of a route, but for the method and what answers it.
fn unanswered<'a>(
    sheet: &Sheet<'a>,
    statement: &Statement,
    (router, framework): (Router<'a>, Framework),
    path: String,
    is_partial: bool,
) -> Found<'a> {
    Found {
        router,
        method: ANY,
        path,
        is_partial,
        handler: None,
        file: sheet.index,
        line: statement.line,
        framework,
    }
}

/// The functions of a class, each with the method it answers.
fn of_methods(
    methods: Vec<(&'static str, (FileIndex, u32))>,
) -> impl Iterator<Item = (&'static str, Option<(FileIndex, u32)>)> {
    let answers = methods.into_iter();
    answers.map(|(method, function)| (method, Some(function)))
}

/// The application of a file that names none.
fn application<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, framework: Framework) -> Router<'a> {
    let router = (sheet.index, 0, "");
    web.routers.make(
        router,
        Known {
            prefix: Some(String::new()),
            is_root: true,
            framework,
        },
    );
    router
}

/// `api.add_resource(Users, "/users", "/people")` of Flask-RESTful.
fn resource<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, statement: &'a Statement) {
    let Some((router, framework)) = owner(web, sheet, statement) else {
        return;
    };
    let mut placed = statement.placed();
    let class = placed
        .next()
        .and_then(|class| Class::of(web, sheet.index, &class.text));
    let Some(class) = class else {
        return;
    };
    for path in placed.filter_map(text) {
        let route = unanswered(sheet, statement, (router, framework), path, false);
        web.add_each(&route, of_methods(class.methods(web)));
    }
}
