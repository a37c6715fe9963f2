//! Segments, packed and read back, whole and damaged.

use proptest::{collection::vec, prelude::*};
use tallykeep_domain::Instant;

use super::*;
use crate::Samples;

/// Series, time, value.
type Row = (i64, i64, f64);

fn samples(of: &[Row]) -> Samples {
    let mut samples = Samples::default();
    for &(series, time, value) in of {
        samples.push_read(SeriesId(series), time, value);
    }
    samples
}

fn pack(of: &[Row]) -> Packed {
    samples(of).pack().next().unwrap()
}

fn unpack(format: i16, data: &[u8]) -> Result<Vec<Row>, DamagedSegment> {
    let segment = Segment::parse(format, data)?;
    let run = |(series, run): (SeriesId, Run<'_>)| {
        run.all().map(move |(at, value)| (series.0, at, value)).collect::<Vec<_>>()
    };
    Ok(segment.series().flat_map(run).collect())
}

/// Sorted by series, and with values that compare bit for bit.
fn by_series(of: &[Row]) -> Vec<(i64, i64, u64)> {
    let mut rows: Vec<_> = of.iter().map(|&(series, at, value)| (series, at, value.to_bits())).collect();
    rows.sort_by_key(|&(series, ..)| series);
    rows
}

/// As earlier releases wrote it.
fn pack_plain(of: &[Row]) -> Vec<u8> {
    let rows = by_series(of);
    let runs: Vec<_> = rows.chunk_by(|a, b| a.0 == b.0).collect();
    let count = |count: usize| u32::try_from(count).unwrap().to_le_bytes();
    let mut data = [count(runs.len()), count(rows.len())].concat();
    for run in runs {
        data.extend(run[0].0.to_le_bytes());
        data.extend(count(run.len()));
    }
    data.extend(rows.iter().flat_map(|row| row.1.to_le_bytes()));
    data.extend(rows.iter().flat_map(|row| row.2.to_le_bytes()));
    data
}

fn value() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let any = POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO;
    prop_oneof![any, (-9_999_999_i32..9_999_999).prop_map(|n| f64::from(n) / 1_000.0), Just(-0.0)]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let series = prop_oneof![0_i64..5, any::<i64>()];
    let times = Instant::MIN.as_millis()..Instant::END.as_millis();
    let time = prop_oneof![times, (0_i64..9).prop_map(|n| 1_760_000_000_000 + n * 10_000)];
    vec((series, time, value()), 1..60)
}

proptest! {
    #[test]
    fn what_was_packed_is_unpacked_bit_for_bit_by_series_in_order_of_arrival(of in rows()) {
        let packed = pack(&of);
        prop_assert_eq!(by_series(&unpack(FORMAT, &packed.data).unwrap()), by_series(&of));
        prop_assert_eq!(packed.samples, of.len());
        prop_assert_eq!(packed.earliest, of.iter().map(|row| row.1).min().unwrap());
        prop_assert_eq!(packed.latest, of.iter().map(|row| row.1).max().unwrap());
    }

    #[test]
    fn a_segment_of_an_earlier_release_is_read(of in rows()) {
        prop_assert_eq!(by_series(&unpack(1, &pack_plain(&of)).unwrap()), by_series(&of));
    }

    #[test]
    fn a_segment_that_is_cut_off_is_refused(of in rows()) {
        for (format, data) in [(1, pack_plain(&of)), (FORMAT, pack(&of).data)] {
            for length in 0..data.len() {
                prop_assert!(Segment::parse(format, &data[..length]).is_err(), "format {format} cut at {length}");
            }
        }
    }

    #[test]
    fn a_segment_with_more_behind_it_is_refused(of in rows(), byte: u8) {
        for (format, mut data) in [(1, pack_plain(&of)), (FORMAT, pack(&of).data)] {
            data.push(byte);
            prop_assert!(Segment::parse(format, &data).is_err(), "format {format}");
        }
    }

    #[test]
    fn a_segment_with_a_flipped_bit_is_refused(of in rows(), bit in 0_u32..8) {
        let mut data = pack(&of).data;
        for place in 0..data.len() {
            data[place] ^= 1 << bit;
            prop_assert!(Segment::parse(FORMAT, &data).is_err(), "byte {place}");
            data[place] ^= 1 << bit;
        }
    }

    #[test]
    fn bytes_that_are_no_segment_are_refused_or_read_without_a_panic(
        mut data in vec(any::<u8>(), 0..200), format in 1..=FORMAT, counts in (0_u8..3, 0_u8..3), right_sum: bool
    ) {
        if let Some(head) = data.get_mut(..8) {
            head.copy_from_slice(&[counts.0, 0, 0, 0, counts.1, 0, 0, 0]);
        }
        if right_sum {
            // What the sum does not keep out is refused, or read, by the rest alone.
            data.extend(checksum(&data).to_le_bytes());
        }
        let _ = unpack(format, &data);
    }
}

#[test]
fn a_range_takes_what_lies_in_it() {
    let data = pack(&[(1, 30, 3.0), (2, 20, 9.0), (1, 10, 1.0), (1, 20, 2.0)]).data;
    let segment = Segment::parse(FORMAT, &data).unwrap();
    let instant = |at| Instant::from_millis(at).unwrap();
    let range = TimeRange::new(instant(20), instant(31)).unwrap();
    let runs: Vec<_> =
        segment.series().map(|(id, run)| (id.0, run.within(range).collect::<Vec<_>>())).collect();
    assert_eq!(runs, [(1, vec![(30, 3.0), (20, 2.0)]), (2, vec![(20, 9.0)])]);
}

#[test]
fn regular_samples_take_three_bytes_each() {
    let rows: Vec<Row> = (0..20_000)
        .map(|n| (n % 100, 1_760_000_000_000 + n / 100 * 10_000, f64::from(n as i32) / 1_000.0))
        .collect();
    assert_eq!(pack(&rows).data.len(), 8 + 1 + 4 * Frame::BYTES + 100 + 20_000 * 3 + 8);
}

#[test]
fn a_format_of_the_future_is_refused() {
    assert!(Segment::parse(FORMAT + 1, &pack(&[(1, 10, 1.0)]).data).is_err());
}

#[test]
fn a_large_batch_becomes_several_segments() {
    let mut many = Samples::default();
    for n in 0..=MOST_SAMPLES {
        many.push_read(SeriesId(1), i64::try_from(n).unwrap(), 0.0);
    }
    let sizes: Vec<_> = many.pack().map(|packed| packed.samples).collect();
    assert_eq!(sizes, [MOST_SAMPLES, 1]);
}

#[test]
fn more_samples_than_any_segment_has_are_refused_though_they_take_no_bytes() {
    let mut data = pack(&[(1, 10, 1.0)]).data;
    let frames = 8 + 1;
    let counts = frames + Frame::BYTES;
    for number in [4..8, counts..counts + 4] {
        data[number].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    let end = data.len() - 8;
    let sum = checksum(&data[..end]).to_le_bytes();
    data[end..].copy_from_slice(&sum);
    assert!(Segment::parse(FORMAT, &data).is_err());
}
