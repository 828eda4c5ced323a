//! Routes of Express, Koa, Fastify and Hono: calls on an application or a router, and what mounts routers.

use crate::codebase::FileIndex;
use crate::facts::routes::{Argument, Form, Statement, literal};

use super::expression::unwrapped;
use super::routers::{Found, Known, Router};
use super::{Framework, Sheet, Web, method, template};

/// Which framework a file is about, by what it imports.
const PACKAGES: &[(&[&str], Framework)] = &[
    (
        &["express", "express-promise-router", "restify"],
        Framework::Express,
    ),
    (&["koa", "koa-router", "@koa/router"], Framework::Koa),
    (&["fastify"], Framework::Fastify),
    (&["hono", "@hono/zod-openapi", "elysia"], Framework::Hono),
];

/// The name of a router that has none: that of what a file exports without a name.
const UNNAMED: &str = "default";

/// Reads the routes of JavaScript and TypeScript files.
pub(super) fn read<'a>(web: &mut Web<'a, '_>, sheets: &[&Sheet<'a>]) {
    // A file that gets its application from another one need not import the framework itself.
    let common = web.codebase.indexed().find_map(|(_, file)| {
        let imports = &file.facts()?.imports;
        PACKAGES.iter().find_map(|(packages, framework)| {
            let is_it = |package: &&str| imports.iter().any(|import| import.module == **package);
            packages.iter().any(is_it).then_some(*framework)
        })
    });
    let Some(common) = common else {
        return;
    };
    for sheet in sheets {
        make_routers(web, sheet, common);
    }
    for sheet in sheets {
        let mut found = Vec::new();
        for (_, statement) in sheet
            .iter()
            .filter(|(_, statement)| statement.form == Form::Call)
        {
            found.extend(route(web, sheet, statement, common));
        }
        for route in found {
            web.add(route);
        }
    }
    for sheet in sheets {
        mount(web, sheet);
    }
    tie_files(web, sheets);
}

fn framework(sheet: &Sheet) -> Option<Framework> {
    let known = PACKAGES
        .iter()
        .find(|(packages, _)| sheet.imports(packages));
    known.map(|(_, framework)| *framework)
}

fn make_routers<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, common: Framework) {
    for (_, statement) in sheet.iter() {
        let word = statement.word.as_str();
        let name = match (statement.bound.as_deref(), statement.form) {
            (Some(name), _) => name,
            (None, Form::Call) if sheet.bound(statement).is_none() => UNNAMED,
            (None, _) => continue,
        };
        let (is_root, by_word) = match (statement.form, word) {
            (Form::Router, "useRouter" | "createRouter" | "createBrowserRouter" | "VueRouter") => {
                continue;
            }
            (Form::Router, "express" | "createServer" | "restify") => {
                (true, Some(Framework::Express))
            }
            (Form::Router, "koa" | "Koa") => (true, Some(Framework::Koa)),
            (Form::Router, "fastify" | "Fastify") => (true, Some(Framework::Fastify)),
            (Form::Router, "Hono" | "OpenAPIHono" | "Elysia") => (true, Some(Framework::Hono)),
            (Form::Router, _) => (false, None),
            _ => match made_in_chain(sheet, statement) {
                Some(Made::Application) => (true, Some(Framework::Hono)),
                Some(Made::Router) => (false, None),
                None => continue,
            },
        };
        let based = sheet
            .chain(statement)
            .find(|other| other.word == "basePath")
            .and_then(Statement::path);
        let prefix = statement.named("prefix").map(|prefix| prefix.literal());
        let prefix = match (based, prefix) {
            (Some(path), _) | (None, Some(Some(path))) => Some(template::plain(path)),
            (None, Some(None)) => None,
            (None, None) => Some(String::new()),
        };
        let framework = by_word.or_else(|| framework(sheet)).unwrap_or(common);
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

/// What a chain of calls begins with, if that makes a router: `const app = new Hono().get(…)`, `Router().use(…)`.
fn made_in_chain(sheet: &Sheet, statement: &Statement) -> Option<Made> {
    sheet.chain(statement).find_map(|other| {
        let begins = |makers: &[&str]| makers.iter().any(|made| other.on.starts_with(made));
        if begins(&["newHono", "newOpenAPIHono", "newElysia"]) {
            Some(Made::Application)
        } else if begins(&["Router(", "express.Router(", "newRouter(", "newKoaRouter("]) {
            Some(Made::Router)
        } else {
            None
        }
    })
}

/// What a chain makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Application,
    Router,
}

/// What a statement is called on: a name, or what its chain is bound to or exported as.
fn on<'a>(sheet: &Sheet<'a>, statement: &'a Statement) -> &'a str {
    match made_in_chain(sheet, statement) {
        Some(_) => sheet.bound(statement).unwrap_or(UNNAMED),
        None => statement.on.as_str(),
    }
}

/// What a route is declared on. The names people give it speak for one that a function is handed.
fn owner<'a>(
    web: &mut Web<'a, '_>,
    sheet: &Sheet<'a>,
    on: &'a str,
    common: Framework,
) -> Option<Router<'a>> {
    if let Some(router) = router(web, sheet.index, on) {
        return Some(router);
    }
    let is_bound = |statement: &Statement| {
        statement.form == Form::Router && statement.bound.as_deref() == Some(on)
    };
    // Something else of that name.
    if sheet.statements.iter().any(is_bound) {
        return None;
    }
    let is_whole = matches!(on, "app" | "server");
    if !is_whole && !matches!(on, "router" | "fastify" | "routes" | "route" | "r") {
        return None;
    }
    let framework = match on {
        "fastify" => Framework::Fastify,
        _ => framework(sheet).unwrap_or(common),
    };
    let handed = (sheet.index, 0, on);
    web.routers.make(
        handed,
        Known {
            prefix: Some(String::new()),
            // Who hands the application on hands on its root; a plug-in of Fastify is registered under a prefix.
            is_root: is_whole && framework != Framework::Fastify,
            framework,
        },
    );
    Some(handed)
}

/// The router a name stands for: one of the file, or an imported one.
fn router<'a>(web: &Web<'a, '_>, file: FileIndex, name: &'a str) -> Option<Router<'a>> {
    let own = (file, 0, name);
    if web.routers.get(own).is_some() {
        return Some(own);
    }
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte));
    let (target, symbol) = web.lead(file, name).filter(|_| is_name)?;
    if target == file {
        return None;
    }
    of_file(web, target, symbol)
}

/// The router another file gives under a name.
fn of_file<'a>(web: &Web<'a, '_>, file: FileIndex, symbol: Option<&'a str>) -> Option<Router<'a>> {
    if let Some(symbol) = symbol {
        let named = (file, 0, symbol);
        if web.routers.get(named).is_some() {
            return Some(named);
        }
    }
    match web.routers.of_file(file) {
        [] => None,
        [only] => Some(*only),
        several => several
            .iter()
            .find(|router| matches!(router.2, "router" | "app" | "default"))
            .copied(),
    }
}

fn route<'a>(
    web: &mut Web<'a, '_>,
    sheet: &Sheet<'a>,
    statement: &'a Statement,
    common: Framework,
) -> Vec<Found<'a>> {
    let nothing = Vec::new();
    let word = statement.word.as_str();
    // `fastify.route({ method, url, handler })`
    let is_object = word == "route" && statement.named("method").is_some();
    if !is_object && method(word).is_none() {
        return nothing;
    }
    let named = sheet
        .chain(statement)
        .find(|other| other.word == "route" && other.path().is_some() && other.end < statement.end);
    let on = match named {
        Some(named) => named.on.as_str(),
        None => on(sheet, statement),
    };
    let Some(router) = owner(web, sheet, on, common) else {
        return nothing;
    };
    let Some(framework) = web.routers.get(router).map(|known| known.framework) else {
        return nothing;
    };
    let (path, methods, handler) = if is_object {
        let path = statement.named("url").or(statement.named("path"));
        let methods = statement
            .named("method")
            .map_or_else(Vec::new, |methods| super::python::methods_of(&methods.text));
        (
            path.and_then(Argument::literal),
            methods,
            statement.named("handler"),
        )
    } else {
        let path = named.map_or_else(|| statement.path(), Statement::path);
        let methods = method(word).into_iter().collect();
        let handler = statement.placed().next_back();
        (path, methods, handler)
    };
    // Koa names routes before their path.
    let second = statement.placed().nth(1).and_then(Argument::literal);
    let path = match (path, second) {
        (Some(name), Some(path)) if !name.starts_with('/') && path.starts_with('/') => Some(path),
        _ => path,
    };
    let handler = handler.and_then(|handler| handler_of(web, sheet, handler));
    methods
        .into_iter()
        .map(|method| Found {
            router,
            method,
            path: path.map_or(template::UNKNOWN.to_owned(), template::plain),
            is_partial: path.is_none(),
            handler,
            file: sheet.index,
            line: statement.line,
            framework,
        })
        .collect()
}

/// The function of a handler: one written in place, or one that is named.
fn handler_of<'a>(
    web: &Web<'a, '_>,
    sheet: &Sheet<'a>,
    handler: &'a Argument,
) -> Option<(FileIndex, u32)> {
    match handler.function {
        Some(function) => Some((sheet.index, function)),
        None => web.function(sheet.index, &handler.text),
    }
}

/// Notes which routers are mounted in which.
fn mount<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>) {
    for (_, statement) in sheet.iter() {
        let word = statement.word.as_str();
        let is_mount = statement.form == Form::Call
            && (matches!(word, "use" | "register")
                || (word == "route" && statement.placed().count() == 2));
        if !is_mount {
            continue;
        }
        let on = on(sheet, statement);
        let first_name = on.split('.').next().unwrap_or(on);
        let Some(parent) = router(web, sheet.index, first_name) else {
            continue;
        };
        let named = statement.named("prefix").map(Argument::literal);
        let first = statement.placed().next();
        let prefix = match (named, first.map(|first| (first, first.literal()))) {
            (Some(prefix), _) => prefix.map(template::plain),
            (None, Some((_, Some(path)))) => Some(template::plain(path)),
            // A prefix that is no literal stands before what is mounted.
            (None, Some((first, None)))
                if statement.placed().count() >= 2
                    && mounted(web, sheet, &first.text).is_none() =>
            {
                let is_middleware = first.text.contains('(') || first.function.is_some();
                is_middleware.then(String::new)
            }
            _ => Some(String::new()),
        };
        for child in statement.placed() {
            if let Some(child) = mounted(web, sheet, &child.text)
                && child != parent
            {
                web.routers.mount(child, parent, prefix.clone(), false);
            }
        }
    }
}

/// The router an argument mounts: by name, by what is required in place, or by what a router makes for it.
fn mounted<'a>(web: &Web<'a, '_>, sheet: &Sheet<'a>, text: &'a str) -> Option<Router<'a>> {
    let text = text.trim();
    if let Some(rest) = text
        .strip_prefix("require(")
        .or(text.strip_prefix("import("))
    {
        let module = literal(rest.split(')').next()?)?;
        let import = sheet
            .facts
            .imports
            .iter()
            .find(|import| import.module == module)?;
        let found = web.resolver.resolve(sheet.index, import);
        return given_by(web, found.first?, None);
    }
    let bare = text
        .strip_suffix(".routes()")
        .or(text.strip_suffix(".middleware()"))
        .unwrap_or(text);
    let bare = match bare.find('(') {
        // A function that makes the router.
        Some(open) if bare.ends_with(')') && !bare.starts_with("new ") => &bare[..open],
        _ => unwrapped(bare),
    };
    let is_name = !bare.is_empty()
        && bare
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte));
    if !is_name {
        return None;
    }
    let own = (sheet.index, 0, bare.strip_prefix("this.").unwrap_or(bare));
    if web.routers.get(own).is_some() {
        return Some(own);
    }
    let (file, symbol) = web.lead(sheet.index, bare)?;
    if file == sheet.index {
        return None;
    }
    given_by(web, file, symbol)
}

/// What a file gives to whoever mounts it: the router of a name, or all that nothing in it mounts.
fn given_by<'a>(web: &Web<'a, '_>, file: FileIndex, symbol: Option<&'a str>) -> Option<Router<'a>> {
    let named = (file, 0, symbol.unwrap_or(UNNAMED));
    if web.routers.get(named).is_some() {
        return Some(named);
    }
    match web.routers.of_file(file) {
        [] => None,
        [only] => Some(*only),
        _ => Some((file, 0, "")),
    }
}

/// What is mounted as a whole file are those of its routers that nothing else mounts.
fn tie_files<'a>(web: &mut Web<'a, '_>, sheets: &[&Sheet<'a>]) {
    for sheet in sheets {
        let whole = (sheet.index, 0, "");
        if !web.routers.is_mounted(whole) {
            continue;
        }
        let own: Vec<Router> = web.routers.of_file(sheet.index).to_vec();
        for router in own {
            if !web.routers.is_mounted(router) {
                web.routers.mount(router, whole, Some(String::new()), false);
            }
        }
    }
}
