//! Routes of Nest: methods of controllers, declared by decorators.

use crate::facts::routes::{Form, Statement};

use super::routers::{Found, Known};
use super::{Framework, Sheet, Web, method, template};

/// Packages whose decorators declare controllers.
const PACKAGES: &[&str] = &["@nestjs/common", "routing-controllers"];

/// Reads the controllers of TypeScript files.
pub(super) fn read<'a>(web: &mut Web<'a, '_>, sheets: &[&Sheet<'a>]) {
    let controllers = sheets.iter().filter(|sheet| sheet.imports(PACKAGES));
    let controllers: Vec<&&Sheet> = controllers.collect();
    // One prefix for the whole application; of several, nobody knows whose.
    let mut global: Vec<&Statement> = Vec::new();
    for sheet in sheets {
        let named = sheet.statements.iter();
        global.extend(named.filter(|statement| statement.word == "setGlobalPrefix"));
    }
    let prefix = match global.as_slice() {
        [] => Some(String::new()),
        [only] => only.path().map(template::plain),
        _ => None,
    };
    for sheet in controllers {
        let router = (sheet.index, 0, "@");
        web.routers.make(
            router,
            Known {
                prefix: prefix.clone(),
                is_root: true,
                framework: Framework::Nest,
            },
        );
        let mut around: Option<&Statement> = None;
        for (_, statement) in sheet
            .iter()
            .filter(|(_, statement)| statement.form == Form::Decorator)
        {
            if statement.word == "Controller" {
                around = Some(statement);
                continue;
            }
            let (Some(controller), Some(method)) = (around, method(&statement.word)) else {
                continue;
            };
            let (before, behind) = (path_of(controller), path_of(statement));
            let is_partial = before.is_none() || behind.is_none();
            let path = template::joined(
                &before.unwrap_or_default(),
                &behind.unwrap_or_else(|| template::UNKNOWN.to_owned()),
            );
            web.add(Found {
                router,
                method,
                path,
                is_partial,
                handler: statement.function.map(|function| (sheet.index, function)),
                file: sheet.index,
                line: statement.line,
                framework: Framework::Nest,
            });
        }
    }
}

/// The path a decorator gives; none for one that is no literal.
fn path_of(statement: &Statement) -> Option<String> {
    match statement.named("path").or(statement.placed().next()) {
        None => Some(String::new()),
        Some(path) => path.literal().map(template::plain),
    }
}
