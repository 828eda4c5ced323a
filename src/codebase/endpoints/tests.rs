//! One fixture for each way of declaring routes, with the endpoints it has. Fixtures are shared with the tests of the
//! program: several files in one, each after a line `//- path`.

use super::endpoints;
use crate::measures::testing::codebase;

/// Every endpoint of a fixture with where it leads, a line each.
fn listed(fixture: &str) -> String {
    let codebase = codebase(fixture);
    let found = endpoints(&codebase, &codebase.resolver());
    let lines = found.iter().map(|endpoint| {
        let handler = endpoint.handler.map_or("?".to_owned(), |(file, at)| {
            let file = codebase.file(file);
            let function = &file.facts().unwrap().functions[at as usize];
            let name = function.name.as_deref().unwrap_or("-");
            format!("{}:{} {name}", file.path.to_str(), function.line)
        });
        format!(
            "{} {}:{} {} -> {handler}\n",
            endpoint.framework.name(),
            codebase.file(endpoint.file).path.to_str(),
            endpoint.line,
            endpoint.name(),
        )
    });
    lines.collect()
}

/// Checks the endpoints of `fixtures/endpoints/<name>.txt` against those in `<name>.expected`. `BLESS=1` writes them.
fn check(name: &str) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/endpoints");
    let fixture = std::fs::read_to_string(root.join(format!("{name}.txt"))).unwrap();
    let golden = root.join(format!("{name}.expected"));
    let found = listed(&fixture);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(found, expected, "of {name}");
}

macro_rules! fixtures {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*
    };
}

fixtures! {
    actix aiohttp axum django django_rest express fastapi fastify flask hono koa lookalikes nest next rocket starlette
}

#[test]
fn routers_that_mount_each_other_end() {
    let found = listed(
        r#"
//- app/a.py
from fastapi import APIRouter
from app.b import b
a = APIRouter(prefix="/a")
a.include_router(b, prefix="/x")
@a.get("/")
def read(): ...
//- app/b.py
from fastapi import APIRouter
from app.a import a
b = APIRouter()
b.include_router(a, prefix="/y")
//- app/__init__.py
"#,
    );
    // Nothing mounts the two but they themselves.
    assert_eq!(found, "");
}

#[test]
fn long_chains_and_deep_nests_end() {
    let chain = ".route(\"/x\", get(h))".repeat(3_000);
    let rust = format!(
        "//- src/main.rs\nuse axum::Router;\nfn h() {{}}\nfn app() {{ Router::new(){chain}; }}\n"
    );
    // All of them are one endpoint on one line.
    assert_eq!(listed(&rust).lines().count(), 1);
    let nest = format!(
        "//- urls.py\nfrom django.urls import path, include\nurlpatterns = [{}{}]\n",
        "path('a/', include([".repeat(300),
        "])),".repeat(300)
    );
    assert_eq!(listed(&nest), "");
}
