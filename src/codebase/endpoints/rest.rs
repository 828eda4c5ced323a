//! Sets of views and routers of Django REST framework.

use crate::facts::routes::{Form, Statement};

use super::classes::Class;
use super::django::hook;
use super::python::{methods_of, router};
use super::routers::Found;
use super::{Framework, Sheet, Web, expression, template};

/// What the views of a set answer: the name of the function, the method, and whether it is about one thing.
const ACTIONS: &[(&str, &str, bool)] = &[
    ("list", "GET", false),
    ("create", "POST", false),
    ("retrieve", "GET", true),
    ("update", "PUT", true),
    ("partial_update", "PATCH", true),
    ("destroy", "DELETE", true),
];

/// Bases of sets of views, by the end of their name, and the actions they bring.
const BRINGS: &[(&str, &[&str])] = &[
    ("ReadOnlyModelViewSet", &["list", "retrieve"]),
    (
        "ModelViewSet",
        &[
            "list",
            "create",
            "retrieve",
            "update",
            "partial_update",
            "destroy",
        ],
    ),
    ("ListModelMixin", &["list"]),
    ("CreateModelMixin", &["create"]),
    ("RetrieveModelMixin", &["retrieve"]),
    ("UpdateModelMixin", &["update", "partial_update"]),
    ("DestroyModelMixin", &["destroy"]),
];

/// Whether a class of this name is a router of Django REST framework.
pub(super) fn is_router(word: &str) -> bool {
    [
        "DefaultRouter",
        "SimpleRouter",
        "NestedRouter",
        "ExtendedRouter",
    ]
    .iter()
    .any(|name| word.contains(name))
}

/// `router.register("users", UserViewSet)` of Django REST framework.
pub(super) fn register<'a>(web: &mut Web<'a, '_>, sheet: &Sheet<'a>, statement: &'a Statement) {
    let Some(router) = router(web, sheet, &statement.on) else {
        return;
    };
    let (Some(path), Some(set)) = (
        statement
            .placed()
            .next()
            .and_then(|path| expression::python_text(&path.text)),
        statement.placed().nth(1),
    ) else {
        return;
    };
    let path = template::of_expression(&path);
    let Some(class) = Class::of(web, sheet.index, &set.text) else {
        return;
    };
    let (classes, foreign) = class.ancestry(web);
    let functions = class.answers(web, Some);
    let brought: Vec<&str> = foreign
        .iter()
        .filter_map(|base| BRINGS.iter().find(|(end, _)| base.ends_with(end)))
        .flat_map(|(_, actions)| actions.iter().copied())
        .collect();
    let one = template::joined(&path, "{pk}/");
    let all = template::joined(&path, "/");
    let mut found = Vec::new();
    for (name, method, is_of_one) in ACTIONS {
        let own = functions.iter().find(|(function, _)| function == name);
        // One that only lies in a foreign base answers, too.
        if own.is_some() || brought.contains(name) {
            let path = if *is_of_one { &one } else { &all };
            found.push((
                *method,
                path.clone(),
                own.map(|(_, at)| *at).or_else(|| hook(&functions, method)),
            ));
        }
    }
    for class in classes {
        let Some(facts) = web.codebase.file(class.file).facts() else {
            continue;
        };
        for action in &facts.routes.statements {
            let own = class.functions(web);
            let function = own.iter().find(|(_, at)| action.function == Some(*at));
            let (Form::Decorator, "action", Some((name, at))) =
                (action.form, action.word.as_str(), function)
            else {
                continue;
            };
            let of_one = action
                .named("detail")
                .is_some_and(|detail| detail.text == "True");
            let name = action
                .named("url_path")
                .map_or(*name, |path| path.literal().unwrap_or(name));
            let methods = action
                .named("methods")
                .map_or(vec!["GET"], |methods| methods_of(&methods.text));
            let path = template::joined(
                if of_one { &one } else { &all },
                &format!("{}/", template::of_expression(name)),
            );
            for method in methods {
                found.push((method, path.clone(), Some((class.file, *at))));
            }
        }
    }
    for (method, path, handler) in found {
        web.add(Found {
            router,
            method,
            path,
            is_partial: false,
            handler,
            file: sheet.index,
            line: statement.line,
            framework: Framework::DjangoRest,
        });
    }
}
