//! Routes of Django: lists of patterns that include each other, views as functions and classes, and the routers of
//! Django REST framework.

use crate::codebase::FileIndex;
use crate::facts::routes::{Form, Statement, literal};

use super::classes::Class;
use super::python::methods_of;
use super::routers::{Found, Known, Router};
use super::{ANY, Framework, Sheet, Web, expression, method, rest, template};

/// The list of patterns a file gives others.
const PATTERNS: &str = "urlpatterns";

/// Generic views, by the end of their name, and the methods they answer.
const GENERIC: &[(&str, &[&str])] = &[
    ("ListCreateAPIView", &["GET", "POST"]),
    (
        "RetrieveUpdateDestroyAPIView",
        &["GET", "PUT", "PATCH", "DELETE"],
    ),
    ("RetrieveUpdateAPIView", &["GET", "PUT", "PATCH"]),
    ("RetrieveDestroyAPIView", &["GET", "DELETE"]),
    ("ListAPIView", &["GET"]),
    ("RetrieveAPIView", &["GET"]),
    ("CreateAPIView", &["POST"]),
    ("UpdateAPIView", &["PUT", "PATCH"]),
    ("DestroyAPIView", &["DELETE"]),
    ("CreateView", &["GET", "POST"]),
    ("UpdateView", &["GET", "POST"]),
    ("DeleteView", &["GET", "POST"]),
    ("FormView", &["GET", "POST"]),
    ("WizardView", &["GET", "POST"]),
    ("ListView", &["GET"]),
    ("DetailView", &["GET"]),
    ("TemplateView", &["GET"]),
    ("RedirectView", &["GET"]),
    ("LoginView", &["GET", "POST"]),
    ("LogoutView", &["POST"]),
];

/// Functions that a generic view calls for a method: what the class itself has to say about it.
const HOOKS: &[(&str, &str)] = &[
    ("POST", "form_valid"),
    ("POST", "perform_create"),
    ("PUT", "perform_update"),
    ("PATCH", "perform_update"),
    ("DELETE", "perform_destroy"),
    ("GET", "get_context_data"),
    ("GET", "get_queryset"),
];

/// The function among those of a view that speaks for a method which a generic view answers.
pub(super) fn hook(
    functions: &[(&str, (FileIndex, u32))],
    method: &str,
) -> Option<(FileIndex, u32)> {
    let mut hooks = HOOKS.iter().filter(|(of, _)| *of == method);
    hooks.find_map(|(_, hook)| {
        let found = functions.iter().find(|(name, _)| name == hook);
        found.map(|(_, at)| *at)
    })
}

/// Reads lists of patterns and routers.
pub(super) fn read<'a>(web: &mut Web<'a, '_>, sheets: &[&Sheet<'a>]) {
    let sheets: Vec<&&Sheet> = sheets
        .iter()
        .filter(|sheet| is_about_patterns(sheet))
        .collect();
    for sheet in &sheets {
        make(web, sheet);
    }
    for sheet in &sheets {
        for (at, statement) in sheet.iter() {
            match (statement.form, statement.word.as_str()) {
                (Form::Call, "path" | "re_path" | "url") if is_bare(statement) => {
                    pattern(web, sheet, at, statement);
                }
                (Form::Call, "register") => rest::register(web, sheet, statement),
                _ => {}
            }
        }
    }
    // What nothing includes is the root, if it includes others or is the only list there is.
    let includes: Vec<FileIndex> = sheets
        .iter()
        .filter(|sheet| {
            sheet.iter().any(|(_, statement)| {
                let view = statement.placed().nth(1);
                view.is_some_and(|view| view.text.starts_with("include("))
            })
        })
        .map(|sheet| sheet.index)
        .collect();
    for sheet in &sheets {
        let list = (sheet.index, 0, PATTERNS);
        if !web.routers.is_mounted(list) && (includes.contains(&sheet.index) || sheets.len() == 1) {
            web.routers.make(list, known(true));
        }
        let others: Vec<Router> = web.routers.of_file(sheet.index).to_vec();
        for other in others {
            let is_of_django = web.routers.get(other).is_some_and(|known| {
                matches!(known.framework, Framework::Django | Framework::DjangoRest)
            });
            if other != list && is_of_django && !web.routers.is_mounted(other) {
                web.routers.mount(other, list, Some(String::new()), false);
            }
        }
    }
}

/// Whether `path(…)` in a file is what Django means by it.
fn is_about_patterns(sheet: &Sheet) -> bool {
    sheet.imports(&[
        "django",
        "rest_framework",
        "rest_framework_nested",
        "rest_framework_extensions",
    ]) || sheet
        .iter()
        .any(|(_, statement)| statement.bound.as_deref() == Some(PATTERNS))
}

/// Whether the function itself is called, and not a method of its name.
fn is_bare(statement: &Statement) -> bool {
    statement.on.is_empty() || statement.on.ends_with("urls")
}

fn known(is_root: bool) -> Known {
    Known {
        prefix: Some(String::new()),
        is_root,
        framework: Framework::Django,
    }
}

/// Notes lists of patterns and nested routers.
fn make<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>) {
    for (_, statement) in sheet.iter() {
        let Some(name) = statement.bound.as_deref() else {
            continue;
        };
        let router = (sheet.index, 0, name);
        match statement.form {
            Form::Bound if is_registered(sheet, statement) => {
                // What extensions give back from `register` takes nested ones.
                let mut outer = sheet
                    .chain(statement)
                    .filter(|other| other.word == "register");
                if let Some(outer) = outer.next()
                    && let Some(path) = outer.path()
                {
                    let parent = (sheet.index, 0, outer.on.as_str());
                    let prefix = format!("{path}/{{parent}}");
                    web.routers.make(router, known(false));
                    web.routers.mount(router, parent, Some(prefix), false);
                }
            }
            Form::Bound if name != PATTERNS => web.routers.make(router, known(false)),
            Form::Router if statement.word.contains("Nested") => {
                let mut placed = statement.placed();
                let (parent, path) = (placed.next(), placed.next());
                if let (Some(parent), Some(path)) = (parent, path.and_then(|path| path.literal())) {
                    let parent = (sheet.index, 0, parent.text.as_str());
                    let prefix = format!("{path}/{{parent}}");
                    web.routers.mount(router, parent, Some(prefix), false);
                }
            }
            _ => {}
        }
    }
}

fn is_registered(sheet: &Sheet, statement: &Statement) -> bool {
    sheet.chain(statement).any(|other| other.word == "register")
}

/// The list a pattern stands in.
fn list_of<'a>(sheet: &Sheet<'a>, at: usize) -> Router<'a> {
    let around = sheet.around(at);
    let bound = around.iter().rev().find(|outer| outer.form == Form::Bound);
    let name = bound.and_then(|bound| bound.bound.as_deref());
    (sheet.index, 0, name.unwrap_or(PATTERNS))
}

/// The path of a pattern, without a slash in front.
fn path_of(statement: &Statement) -> Option<String> {
    let first = statement.placed().next()?;
    let text = expression::python_text(&first.text)?;
    Some(if statement.word == "path" {
        template::plain(&text)
    } else {
        template::of_expression(&text)
    })
}

/// `path("users/<int:id>/", view)`.
fn pattern<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, at: usize, statement: &'a Statement) {
    let Some(view) = statement.placed().nth(1) else {
        return;
    };
    let router = list_of(sheet, at);
    let own = path_of(statement);
    let mut is_partial = own.is_none();
    let mut path = own.unwrap_or_else(|| template::UNKNOWN.to_owned());
    for outer in sheet.around(at) {
        if matches!(outer.word.as_str(), "path" | "re_path" | "url") {
            match path_of(outer) {
                Some(prefix) if !is_partial => path = template::joined(&prefix, &path),
                _ => is_partial = true,
            }
        }
    }
    let view = view.text.as_str();
    if let Some(inside) = view.strip_prefix("include(") {
        let child = included(web, sheet, inside.strip_suffix(')').unwrap_or(inside));
        if let Some(child) = child {
            let prefix = (!is_partial).then_some(path);
            web.routers.mount(child, router, prefix, false);
        }
        return;
    }
    let pattern = Pattern {
        router,
        path,
        is_partial,
        file: sheet.index,
        line: statement.line,
    };
    let view = expression::unwrapped(view);
    // Not written by this codebase.
    if view.ends_with(".urls") {
        return;
    }
    let found = match view.split_once(".as_view") {
        Some((name, inside)) => match Class::of(web, sheet.index, name) {
            Some(class) if inside.contains('{') => of_set(web, class, inside),
            Some(class) => of_class(web, class),
            None => {
                let last = name.rsplit('.').next().unwrap_or(name);
                let methods = generic(&[last]).unwrap_or(&[ANY]).iter();
                methods
                    .map(|method| (*method, None, Framework::Django))
                    .collect()
            }
        },
        None => {
            let function = match literal(view) {
                Some(dotted) => view_named(web, sheet, dotted),
                None => web.function(sheet.index, view),
            };
            let (methods, framework) = answers(web, function);
            let methods = methods.into_iter();
            methods
                .map(|method| (method, function, framework))
                .collect()
        }
    };
    for (method, handler, framework) in found {
        web.add(pattern.route(method, handler, framework));
    }
}

/// What a view answers: a method and, where it is known, with which function.
type Answer = (&'static str, Option<(FileIndex, u32)>, Framework);

/// A pattern that leads to a view.
struct Pattern<'a> {
    router: Router<'a>,
    path: String,
    is_partial: bool,
    file: FileIndex,
    line: u32,
}

impl<'a> Pattern<'a> {
    fn route(
        &self,
        method: &'static str,
        handler: Option<(FileIndex, u32)>,
        framework: Framework,
    ) -> Found<'a> {
        Found {
            router: self.router,
            method,
            path: self.path.clone(),
            is_partial: self.is_partial,
            handler,
            file: self.file,
            line: self.line,
            framework,
        }
    }
}

/// A set of views says which function answers which method: `as_view({"get": "list"})`.
fn of_set<'a>(web: &Web<'a, '_>, class: Class<'a>, inside: &str) -> Vec<Answer> {
    let functions = class.answers(web, Some);
    let pairs = expression::arguments(inside.trim_matches(|edge| "(){} ".contains(edge)));
    let pairs = pairs.into_iter().filter_map(|pair| {
        let (verb, function) = pair.split_once(':')?;
        let (method, function) = (method(literal(verb)?)?, literal(function)?);
        let handler = functions.iter().find(|(name, _)| *name == function);
        Some((method, handler.map(|(_, at)| *at), Framework::DjangoRest))
    });
    pairs.collect()
}

/// What a view class answers: with its functions, and by what it inherits from generic views.
fn of_class<'a>(web: &Web<'a, '_>, class: Class<'a>) -> Vec<Answer> {
    let (_, foreign) = class.ancestry(web);
    let is_rest = foreign.iter().any(|base| base.ends_with("APIView"));
    let framework = if is_rest {
        Framework::DjangoRest
    } else {
        Framework::Django
    };
    let methods = class.methods(web);
    let own = methods.iter().copied();
    let mut found: Vec<Answer> = own
        .map(|(method, function)| (method, Some(function), framework))
        .collect();
    let functions = class.answers(web, Some);
    for method in generic(&foreign).unwrap_or(&[]) {
        if !methods.iter().any(|(known, _)| known == method) {
            found.push((method, hook(&functions, method), framework));
        }
    }
    if found.is_empty() {
        found.push((ANY, None, framework));
    }
    found
}

/// The methods of the first of some bases that is a generic view.
fn generic(bases: &[&str]) -> Option<&'static [&'static str]> {
    bases.iter().find_map(|base| {
        let known = GENERIC.iter().find(|(end, _)| base.ends_with(end));
        known.map(|(_, methods)| *methods)
    })
}

/// What `include(…)` includes.
fn included<'a>(web: &Web<'a, '_>, sheet: &Sheet<'a>, inside: &'a str) -> Option<Router<'a>> {
    let mut first = expression::arguments(inside).first().copied()?;
    if let Some(pair) = first.strip_prefix('(') {
        first = expression::arguments(pair.strip_suffix(')').unwrap_or(pair))
            .first()
            .copied()?;
    }
    if let Some(module) = literal(first) {
        let file = web.resolver.module(sheet.index, module)?;
        return Some((file, 0, PATTERNS));
    }
    let name = first.strip_suffix(".urls").unwrap_or(first);
    let own = (sheet.index, 0, name);
    if web.routers.get(own).is_some() {
        return Some(own);
    }
    let (file, name) = web.lead(sheet.index, first)?;
    match name {
        None => Some((file, 0, PATTERNS)),
        Some("urls") => {
            let (file, name) = web.lead(sheet.index, first.strip_suffix(".urls")?)?;
            Some((file, 0, name?))
        }
        Some(name) => {
            let named = (file, 0, name);
            web.routers.get(named).is_some().then_some(named)
        }
    }
}

/// A view by its dotted name, as old versions take it.
fn view_named<'a>(
    web: &Web<'a, '_>,
    sheet: &Sheet<'a>,
    dotted: &'a str,
) -> Option<(FileIndex, u32)> {
    let (module, name) = dotted.rsplit_once('.')?;
    let file = web.resolver.module(sheet.index, module)?;
    web.function_named(file, name, false)
}

/// The methods a function answers, as its decorators say.
fn answers(web: &Web, function: Option<(FileIndex, u32)>) -> (Vec<&'static str>, Framework) {
    let nothing = (vec![ANY], Framework::Django);
    let Some((file, at)) = function else {
        return nothing;
    };
    let Some(facts) = web.codebase.file(file).facts() else {
        return nothing;
    };
    let decorators =
        facts.routes.statements.iter().filter(|statement| {
            statement.form == Form::Decorator && statement.function == Some(at)
        });
    for decorator in decorators {
        let list = decorator.placed().next().map_or("", |list| &*list.text);
        match decorator.word.as_str() {
            "api_view" if list.is_empty() => return (vec!["GET"], Framework::DjangoRest),
            "api_view" => return (methods_of(list), Framework::DjangoRest),
            "require_http_methods" => return (methods_of(list), Framework::Django),
            "require_GET" | "require_safe" => return (vec!["GET"], Framework::Django),
            "require_POST" => return (vec!["POST"], Framework::Django),
            _ => {}
        }
    }
    nothing
}
