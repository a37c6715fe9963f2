//! Chunks: the samples of one series, compressed.
//!
//! Format 1 has two columns. Each is a byte that says what its numbers count, the numbers as a standalone file of the
//! crate `pco` (format of its release 1), and a CRC-32 (IEEE 802.3, little-endian) of series, column and those bytes:
//!
//! ```text
//! times          u8 unit (0: milliseconds, 1: seconds, 2: minutes), pco of i64 since the Unix epoch, u32 CRC
//! sample_values  u8 places (0 to 9), pco of i64 × 10^-places, u32 CRC
//!                u8 255,             pco of f64,              u32 CRC
//! ```
//!
//! Times ascend and each comes once. That series and column are part of the sum tells a row whose bytes were exchanged
//! from one that is whole. A later format gets another number; bytes in one that a release does not know are an error.

mod row;

use pco::{
    ChunkConfig, DEFAULT_COMPRESSION_LEVEL, DeltaSpec, ModeSpec,
    data_types::Number,
    standalone::{simple_compress, simple_decompress_into},
};
use tallykeep_domain::SeriesId;

use crate::decimal::Decimals;
pub(crate) use row::{Key, PieceColumns, SampleColumns, key, key_columns};

/// The number of the format that this release writes.
pub(crate) const FORMAT: i16 = 1;

/// The most samples in a chunk: a day at ten seconds, and some 15 KiB. Larger ones are hardly smaller by the sample, and
/// a late sample has its whole chunk written again.
pub(crate) const MOST_SAMPLES: usize = 8_192;

/// More than any release has put into a chunk. It bounds what damaged numbers may have a reader set aside.
const MOST_DECODED: usize = 1 << 20;

/// The library's level of compression for chunks that will be written again.
const HASTY: usize = 4;

const CRC_BYTES: usize = 4;
/// Stands where other values have their number of places.
const FLOATS: u8 = 255;
/// Milliseconds in each of the units of time.
const UNITS: [i64; 3] = [1, 1_000, 60_000];

/// A chunk that does not follow its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a chunk is damaged, or written by a newer release")]
pub struct DamagedChunk;

/// Why samples were not compressed: never for what they are, only for what the library was told.
#[derive(Debug, thiserror::Error)]
#[error("samples cannot be compressed: {0}")]
pub struct EncodeError(#[from] pco::errors::PcoError);

/// Compressed columns of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) times: Vec<u8>,
    pub(crate) values: Vec<u8>,
}

/// Compresses columns of one length, which is not 0. `times` are Unix milliseconds that ascend.
pub(crate) fn encode(series: SeriesId, times: &[i64], values: &[f64]) -> Result<Encoded, EncodeError> {
    Ok(Encoded { times: encode_times(series, times)?, values: encode_values(series, values)? })
}

/// The times of a chunk, Unix milliseconds.
///
/// # Errors
/// When the bytes are not what was written for `samples` samples of `series`.
pub(crate) fn decode_times(
    series: SeriesId,
    format: i16,
    samples: usize,
    bytes: &[u8],
) -> Result<Vec<i64>, DamagedChunk> {
    let (unit, compressed) = open(series, b't', format, bytes)?;
    let unit = *UNITS.get(usize::from(unit)).ok_or(DamagedChunk)?;
    let mut times: Vec<i64> = decompress(compressed, samples)?;
    for time in &mut times {
        *time = time.checked_mul(unit).ok_or(DamagedChunk)?;
    }
    if times.is_sorted_by(|a, b| a < b) { Ok(times) } else { Err(DamagedChunk) }
}

/// The values of a chunk, in the order of its times.
///
/// # Errors
/// When the bytes are not what was written for `samples` samples of `series`.
pub(crate) fn decode_values(
    series: SeriesId,
    format: i16,
    samples: usize,
    bytes: &[u8],
) -> Result<Vec<f64>, DamagedChunk> {
    match open(series, b'v', format, bytes)? {
        (FLOATS, compressed) => decompress(compressed, samples),
        (places, compressed) => {
            let integers: Vec<i64> = decompress(compressed, samples)?;
            Decimals::values(places, &integers).ok_or(DamagedChunk)
        }
    }
}

fn encode_times(series: SeriesId, times: &[i64]) -> Result<Vec<u8>, EncodeError> {
    let counts = |unit: &i64| times.iter().all(|time| time % unit == 0);
    let unit = UNITS.iter().rposition(counts).unwrap_or(0);
    let counted: Vec<i64> = times.iter().map(|time| time / UNITS[unit]).collect();
    let compressed = compress(&counted, &classic(counted.len(), DeltaSpec::TryConsecutive(1)))?;
    Ok(seal(series, b't', index_byte(unit), compressed))
}

fn encode_values(series: SeriesId, values: &[f64]) -> Result<Vec<u8>, EncodeError> {
    let (tag, compressed) = match Decimals::of(values) {
        Some(Decimals { places, integers }) => {
            let config = classic(integers.len(), delta(&integers));
            (places, compress(&integers, &config)?)
        }
        None => (FLOATS, compress(values, &careful(values.len()))?),
    };
    Ok(seal(series, b'v', tag, compressed))
}

/// What is left to find out when it is known what the numbers count. The library's own search for it takes longer than
/// all the rest of compressing.
fn classic(samples: usize, delta: DeltaSpec) -> ChunkConfig {
    careful(samples).with_mode_spec(ModeSpec::Classic).with_delta_spec(delta)
}

/// A small chunk is on its way into a larger one. Less care with it saves half of the time and costs a hundredth of the
/// bytes.
fn careful(samples: usize) -> ChunkConfig {
    let level = if samples < MOST_SAMPLES / 2 { HASTY } else { DEFAULT_COMPRESSION_LEVEL };
    ChunkConfig::default().with_compression_level(level)
}

/// Differences where they are shorter than the numbers' distance from their mean: for what wanders or grows, and not for
/// what scatters.
fn delta(integers: &[i64]) -> DeltaSpec {
    let bits = |number: i64| u64::from(64 - number.unsigned_abs().leading_zeros());
    // Below 2^50 each, and no more than a chunk of them: neither sum overflows.
    let mean = integers.iter().sum::<i64>() / i64::try_from(integers.len().max(1)).unwrap_or(1);
    let apart: u64 = integers.iter().map(|integer| bits(integer - mean)).sum();
    let steps: u64 = integers.windows(2).map(|pair| bits(pair[1] - pair[0])).sum();
    if steps < apart { DeltaSpec::TryConsecutive(1) } else { DeltaSpec::NoOp }
}

fn compress<T: Number>(numbers: &[T], config: &ChunkConfig) -> Result<Vec<u8>, EncodeError> {
    Ok(simple_compress(numbers, config)?)
}

fn decompress<T: Number + Default>(bytes: &[u8], samples: usize) -> Result<Vec<T>, DamagedChunk> {
    if samples > MOST_DECODED {
        return Err(DamagedChunk);
    }
    let mut numbers = vec![T::default(); samples];
    let progress = simple_decompress_into(bytes, &mut numbers).map_err(|_| DamagedChunk)?;
    let whole = progress.finished && progress.n_processed == samples;
    if whole { Ok(numbers) } else { Err(DamagedChunk) }
}

fn seal(series: SeriesId, column: u8, tag: u8, compressed: Vec<u8>) -> Vec<u8> {
    let mut bytes = compressed;
    bytes.insert(0, tag);
    bytes.extend(crc(series, column, &bytes).to_le_bytes());
    bytes
}

fn open(series: SeriesId, column: u8, format: i16, bytes: &[u8]) -> Result<(u8, &[u8]), DamagedChunk> {
    let length = bytes.len().checked_sub(CRC_BYTES).ok_or(DamagedChunk)?;
    let (sealed, sum) = bytes.split_at(length);
    if format != FORMAT || sum != crc(series, column, sealed).to_le_bytes() {
        return Err(DamagedChunk);
    }
    sealed.split_first().map(|(tag, compressed)| (*tag, compressed)).ok_or(DamagedChunk)
}

fn crc(series: SeriesId, column: u8, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&series.0.to_le_bytes());
    hasher.update(&[column]);
    hasher.update(bytes);
    hasher.finalize()
}

fn index_byte(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SERIES: SeriesId = SeriesId(7);

    fn round_trip(times: &[i64], values: &[f64]) -> (Vec<i64>, Vec<f64>) {
        let encoded = encode(SERIES, times, values).unwrap();
        (
            decode_times(SERIES, FORMAT, times.len(), &encoded.times).unwrap(),
            decode_values(SERIES, FORMAT, times.len(), &encoded.values).unwrap(),
        )
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_bit_for_bit(
            steps in prop::collection::vec((1_i64..100_000, any::<f64>().prop_filter("finite", |v| v.is_finite())), 1..300)
        ) {
            let mut at = -2_208_988_800_000;
            let times: Vec<_> = steps.iter().map(|(step, _)| { at += step; at }).collect();
            let values: Vec<_> = steps.iter().map(|(_, value)| *value).collect();
            let (times_back, values_back) = round_trip(&times, &values);
            prop_assert_eq!(times_back, times);
            prop_assert!(values.iter().zip(&values_back).all(|(a, b)| a.to_bits() == b.to_bits()));
        }

        #[test]
        fn bytes_with_a_right_sum_are_refused_or_read_without_a_panic(
            tag in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..200), samples in 0_usize..300
        ) {
            let times = seal(SERIES, b't', tag, bytes.clone());
            let values = seal(SERIES, b'v', tag, bytes);
            let _ = decode_times(SERIES, FORMAT, samples, &times);
            let _ = decode_values(SERIES, FORMAT, samples, &values);
        }
    }

    #[test]
    fn times_count_in_the_longest_unit_that_fits_all_of_them() {
        for (times, unit) in [([60_000, 180_000], 2), ([60_000, 61_000], 1), ([-1, 60_000], 0)] {
            let encoded = encode(SERIES, &times, &[1.0, 2.0]).unwrap();
            assert_eq!(encoded.times[0], unit);
            assert_eq!(round_trip(&times, &[1.0, 2.0]).0, times);
        }
    }

    #[test]
    fn a_steady_series_of_decimals_takes_less_than_two_bytes_a_sample() {
        let times: Vec<i64> = (0..MOST_SAMPLES as i64).map(|n| 1_760_000_000_000 + n * 10_000).collect();
        let scattered = |n: i64| ((n * 7_919) % 10_007) as f64 / 1_000.0;
        let values: Vec<f64> = (0..MOST_SAMPLES as i64).map(scattered).collect();
        let encoded = encode(SERIES, &times, &values).unwrap();
        assert!(encoded.times.len() + encoded.values.len() < 2 * MOST_SAMPLES);
    }

    #[test]
    fn every_bit_that_is_turned_over_and_every_cut_is_found() {
        let times: Vec<i64> = (0..50).map(|n| 1_760_000_000_000 + n * 10_000).collect();
        let values: Vec<f64> = (0..50).map(|n| f64::from(n) / 8.0).collect();
        let Encoded { times, values } = encode(SERIES, &times, &values).unwrap();
        for (bytes, column) in [(&times, b't'), (&values, b'v')] {
            let refused = |bytes: &[u8]| match column {
                b't' => decode_times(SERIES, FORMAT, 50, bytes).is_err(),
                _ => decode_values(SERIES, FORMAT, 50, bytes).is_err(),
            };
            for bit in 0..bytes.len() * 8 {
                let mut damaged = bytes.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert!(refused(&damaged), "bit {bit}");
            }
            assert!((0..bytes.len()).all(|length| refused(&bytes[..length])));
        }
    }

    #[test]
    fn bytes_of_another_series_column_count_or_format_are_refused() {
        let Encoded { times, values } = encode(SERIES, &[10, 20], &[1.0, 2.0]).unwrap();
        assert!(decode_times(SeriesId(8), FORMAT, 2, &times).is_err());
        assert!(decode_times(SERIES, FORMAT, 2, &values).is_err());
        assert!(decode_times(SERIES, FORMAT, 1, &times).is_err());
        assert!(decode_times(SERIES, FORMAT, 3, &times).is_err());
        assert!(decode_values(SERIES, FORMAT + 1, 2, &values).is_err());
    }
}
