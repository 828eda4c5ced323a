//! Wall times: `cargo bench --bench wall`. Compare with an earlier run on the same machine, never with another machine.

mod subjects;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use quality::definition::Definition;
use quality::evaluation::evaluate;
use quality::facts::{extract, guard};
use quality::git;
use quality::languages::Language;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn facts(criterion: &mut Criterion) {
    guard::install();
    for what in ["parse", "facts"] {
        let mut group = criterion.benchmark_group(what);
        for language in Language::all() {
            let (language, text) = subjects::text(language.dialect());
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(language.dialect(), |bencher| match what {
                "parse" => bencher.iter(|| black_box(guard::parse(language, &text).is_ok())),
                _ => bencher.iter(|| black_box(extract::extract(language, &text))),
            });
        }
        group.finish();
    }
}

fn remembered(criterion: &mut Criterion) {
    let (language, text) = subjects::text("python");
    let facts = extract::extract(language, &text).unwrap();
    let bytes = postcard::to_stdvec(&facts).unwrap();
    let mut group = criterion.benchmark_group("remembered");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("python", |bencher| {
        bencher.iter(|| postcard::from_bytes::<quality::facts::Facts>(black_box(&bytes)).unwrap());
    });
    group.finish();
}

fn evaluation(criterion: &mut Criterion) {
    let definition = Definition::builtin();
    let codebase = subjects::codebase();
    criterion.bench_function("evaluation", |bencher| {
        // A clone has forgotten what its resolver worked out.
        bencher.iter_batched(
            || codebase.clone(),
            |codebase| black_box(evaluate(&definition, &codebase, 1)),
            BatchSize::LargeInput,
        );
    });
}

fn json(criterion: &mut Criterion) {
    let (codebase, evaluation) = subjects::evaluated();
    criterion.bench_function("json", |bencher| {
        bencher.iter(|| black_box(subjects::json(&codebase, &evaluation)));
    });
}

fn history(criterion: &mut Criterion) {
    let (_place, repository) = subjects::repository();
    let options = subjects::history_options();
    criterion.bench_function("history", |bencher| {
        bencher.iter(|| black_box(git::history(&repository, &options, None)));
    });
}

criterion_group!(benches, facts, remembered, evaluation, json, history);
criterion_main!(benches);
