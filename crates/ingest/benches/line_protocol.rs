//! Lines of line protocol that one core parses per second.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tallykeep_domain::Instant;
use tallykeep_ingest::line_protocol::{Precision, parse};

const LINES: u64 = 5_000;
const SERIES: u64 = 1_000;

fn parse_lines_of_one_field(criterion: &mut Criterion) {
    let body = body();
    let now = Instant::now();
    let mut group = criterion.benchmark_group("line_protocol");
    group.throughput(Throughput::Elements(LINES));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            parse(black_box(body.as_bytes()), Precision::Nanoseconds, now, |line| {
                black_box(&line);
            });
        });
    });
    group.finish();
}

fn body() -> String {
    (0..LINES).map(line).collect()
}

/// Such as `cpu,host=h17,core=c3 usage=19.482 1760000000000000000`, ten seconds between two samples of a series.
fn line(number: u64) -> String {
    let (host, core) = (number % SERIES / 8, number % 8);
    let usage = (number * 7_919 % 100_000) as f64 / 1_000.0;
    let seconds = 1_760_000_000 + number / SERIES * 10;
    format!("cpu,host=h{host},core=c{core} usage={usage} {seconds}000000000\n")
}

criterion_group!(benches, parse_lines_of_one_field);
criterion_main!(benches);
