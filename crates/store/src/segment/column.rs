//! Columns of whole numbers, each written as its distance to the least of them (frame of reference).

use super::{DamagedSegment, eight, take};

/// What a reader takes at a time, however few bytes of it are the number's. So many bytes follow every column.
const WORD_BYTES: usize = 8;

/// How a column is written: a number is the least of them and so many units more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    least: i64,
    /// The greatest common divisor of all distances; 1 where they are all 0.
    unit: u64,
    /// Bytes of a number, 0 to 8: as few as the largest distance needs, and none where all are 0.
    width: usize,
}

impl Frame {
    /// What it takes itself.
    #[cfg(test)]
    pub(super) const BYTES: usize = 17;

    /// The one for `numbers`, of which there is at least one.
    pub(super) fn of(numbers: impl Iterator<Item = i64> + Clone) -> Self {
        let bounds = |(least, greatest): (i64, i64), number: i64| (least.min(number), greatest.max(number));
        let (least, greatest) = numbers.clone().fold((i64::MAX, i64::MIN), bounds);
        let unit = unit(numbers.map(|number| distance(least, number)));
        let units = distance(least, greatest) / unit;
        Self { least, unit, width: WORD_BYTES - units.leading_zeros() as usize / 8 }
    }

    /// Writes itself behind `data`.
    pub(super) fn write(self, data: &mut Vec<u8>) {
        data.extend(self.least.to_le_bytes());
        data.extend(self.unit.to_le_bytes());
        data.push(self.width as u8);
    }

    /// Writes `numbers` behind `data`.
    pub(super) fn write_column(self, numbers: impl ExactSizeIterator<Item = i64>, data: &mut Vec<u8>) {
        let (mut start, bytes) = (data.len(), numbers.len() * self.width);
        // Each number is written as a whole word, and the next one over its upper bytes, which are zero.
        data.resize(start + bytes + WORD_BYTES, 0);
        for number in numbers {
            let distance = distance(self.least, number);
            let units = if self.unit == 1 { distance } else { distance / self.unit };
            data[start..start + WORD_BYTES].copy_from_slice(&units.to_le_bytes());
            start += self.width;
        }
        data.truncate(start);
    }

    /// Takes a frame off the front of `data`.
    pub(super) fn read(data: &mut &[u8]) -> Result<Self, DamagedSegment> {
        let least = i64::from_le_bytes(take(data)?);
        let unit = u64::from_le_bytes(take(data)?);
        let [width] = take(data)?;
        if usize::from(width) > WORD_BYTES {
            return Err(DamagedSegment);
        }
        Ok(Self { least, unit, width: width.into() })
    }

    /// Takes the column of `count` numbers off the front of `data`.
    pub(super) fn read_column<'a>(
        self,
        count: usize,
        data: &mut &'a [u8],
    ) -> Result<Column<'a>, DamagedSegment> {
        let bytes = *data;
        *data = bytes.get(count * self.width..).ok_or(DamagedSegment)?;
        let mask = u64::MAX.checked_shr(64 - 8 * self.width as u32).unwrap_or(0);
        Ok(Column { bytes, stride: self.width, mask, unit: self.unit, least: self.least })
    }
}

/// How far `number` is above `least`, also where that is more than a number with a sign can be.
fn distance(least: i64, number: i64) -> u64 {
    number.wrapping_sub(least) as u64
}

fn unit(distances: impl Iterator<Item = u64>) -> u64 {
    let (mut unit, mut before, mut known) = (0, 0, 0);
    for distance in distances {
        // Of a regular series each step is like the one before, and need not be divided.
        let step = distance.abs_diff(before);
        if step != known {
            unit = greatest_common_divisor(step, unit);
            if unit == 1 {
                break;
            }
        }
        (before, known) = (distance, step);
    }
    unit.max(1)
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A column as it was read. It does not know its length.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    /// From its first number on.
    bytes: &'a [u8],
    /// From a number to the next one.
    stride: usize,
    /// Which bits of a word are the number's.
    mask: u64,
    unit: u64,
    least: i64,
}

impl<'a> Column<'a> {
    /// Numbers as they are: at the front of `bytes`, `stride` bytes from one to the next, `width` bytes each.
    pub(super) fn plain(bytes: &'a [u8], stride: usize, width: u32) -> Self {
        let mask = u64::MAX >> (64 - 8 * width);
        Self { bytes, stride, mask, unit: 1, least: 0 }
    }

    /// The number at `place`, counted from 0; the least one where the bytes end.
    pub(super) fn at(&self, place: usize) -> i64 {
        let start = place * self.stride;
        let word = self.bytes.get(start..start + WORD_BYTES).map_or([0; WORD_BYTES], eight);
        let units = u64::from_le_bytes(word) & self.mask;
        self.least.wrapping_add(units.wrapping_mul(self.unit) as i64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The bytes of a number, and the column read back.
    fn back(numbers: &[i64]) -> (usize, Vec<i64>) {
        let mut data = Vec::new();
        let frame = Frame::of(numbers.iter().copied());
        frame.write(&mut data);
        assert_eq!(data.len(), Frame::BYTES);
        frame.write_column(numbers.iter().copied(), &mut data);
        assert_eq!(data.len(), Frame::BYTES + numbers.len() * frame.width);
        data.extend([0xff; WORD_BYTES]);
        let mut rest = &data[..];
        let frame = Frame::read(&mut rest).unwrap();
        let column = frame.read_column(numbers.len(), &mut rest).unwrap();
        assert_eq!(rest, [0xff; WORD_BYTES]);
        (frame.width, (0..numbers.len()).map(|place| column.at(place)).collect())
    }

    #[test]
    fn a_number_takes_as_few_bytes_as_the_units_between_the_least_and_the_greatest_need() {
        for (numbers, width) in [
            (&[7, 7, 7][..], 0),
            (&[0, 255, 1], 1),
            (&[1_760_000_000_000, 1_760_002_550_000, 1_760_000_010_000], 1),
            (&[-1, 255, 6], 2),
            (&[5, (1 << 24) + 5, 6], 4),
            (&[i64::MIN, i64::MAX, 0], 8),
            (&[i64::MIN, 0], 1),
        ] {
            assert_eq!(back(numbers), (width, numbers.to_vec()), "{numbers:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(any::<i64>(), 1..50), unit in 1_i64..99) {
            prop_assert_eq!(&back(&numbers).1, &numbers);
            let small: Vec<_> = numbers.iter().map(|number| number % 1_000 * unit).collect();
            let (width, found) = back(&small);
            prop_assert!(width <= 2);
            prop_assert_eq!(found, small);
        }
    }
}
