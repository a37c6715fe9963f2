//! Line protocol, as clients write it and as they should not.

use std::fmt::Write;

use influxdb_line_protocol::{FieldValue as TheirValue, ParsedLine, parse_lines};
use proptest::{collection::vec, option, prelude::*, sample::Index};
use tallykeep_domain::{Instant, Rejection};
use tallykeep_ingest::line_protocol::{
    FieldValue, LineError, MAX_FIELDS, MAX_LINE_BYTES, NameError, Point, Precision, decode_key,
    decode_series, parse,
};

/// The time of reception, in milliseconds.
const NOW: i64 = 77;

#[test]
fn valid_lines_are_read() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("\n \n\r\n\t\n", &[]),
        ("# cpu usage=1 \"\n  # and\n", &[]),
        ("cpu usage=19.482 1000", &["1 cpu usage=Float(19.482) @1000"]),
        ("cpu,host=h17,core=c3 usage=1 -5\n", &["1 cpu host=h17 core=c3 usage=Float(1.0) @-5"]),
        ("cpu usage=1", &["1 cpu usage=Float(1.0) @77"]),
        (
            "cpu usage=1\r\n\r\ncpu usage=2 9\r\n",
            &["1 cpu usage=Float(1.0) @77", "3 cpu usage=Float(2.0) @9"],
        ),
        (" \tcpu   usage=1   9  ", &["1 cpu usage=Float(1.0) @9"]),
        (
            "m a=1,b=-2.5e3,c=.5,d=5.,e=+1,f=1e-400",
            &["1 m a=Float(1.0) b=Float(-2500.0) c=Float(0.5) d=Float(5.0) e=Float(1.0) f=Float(0.0) @77"],
        ),
        (
            "m a=-9223372036854775808i,b=18446744073709551615u",
            &["1 m a=Integer(-9223372036854775808) b=Unsigned(18446744073709551615) @77"],
        ),
        (
            "m a=t,b=T,c=true,d=True,e=TRUE",
            &["1 m a=Boolean(true) b=Boolean(true) c=Boolean(true) d=Boolean(true) e=Boolean(true) @77"],
        ),
        (
            "m a=f,b=F,c=false,d=False,e=FALSE",
            &["1 m a=Boolean(false) b=Boolean(false) c=Boolean(false) d=Boolean(false) e=Boolean(false) @77"],
        ),
        (
            r#"m a="",b="x, y=z \"q\" \\",c=1 3"#,
            &[r#"1 m a=String("") b=String("x, y=z \"q\" \\") c=Float(1.0) @3"#],
        ),
        (r"a\,b\ c=d,k\,\=\ y=v\,\=\ w f\,\=\ g=1", &["1 a,b c=d k,= y=v,= w f,= g=Float(1.0) @77"]),
        (
            r"\\host\share,path=C:\new,twice=a\\b \x=1",
            &[r"1 \\host\share path=C:\new twice=a\\b \x=Float(1.0) @77"],
        ),
        (r"m,t=a\\,b f=1", &[r"1 m t=a\,b f=Float(1.0) @77"]),
        (r#"m,t="q" "k"=1"#, &[r#"1 m t="q" "k"=Float(1.0) @77"#]),
        ("m,t=YQ== f=1", &["1 m t=YQ== f=Float(1.0) @77"]),
        ("°C,entity=büro value=21.5", &["1 °C entity=büro value=Float(21.5) @77"]),
        (
            "m s=\"one\ntwo\r\n# three\",f=1\nn f=2",
            &["1 m s=String(\"one\\ntwo\\r\\n# three\") f=Float(1.0) @77", "4 n f=Float(2.0) @77"],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(shown(body.as_bytes(), Precision::Milliseconds), *expected, "{body:?}");
    }
}

#[test]
fn a_bad_line_is_refused_with_the_column_and_the_reason() {
    let cases: &[(&str, &str)] = &[
        ("cpu", "1:4 fields_missing"),
        ("cpu,host=a ", "1:12 fields_missing"),
        (r"cpu\ usage=1", "1:13 fields_missing"),
        ("cpu usage", "1:5 field_invalid"),
        ("cpu =1", "1:5 field_invalid"),
        ("cpu usage idle=1", "1:5 field_invalid"),
        ("cpu a=1,,b=2", "1:9 field_invalid"),
        ("cpu a=1,", "1:9 field_invalid"),
        ("cpu a=1, 5", "1:9 field_invalid"),
        (r#"m,t="a b" f=1"#, "1:8 field_invalid"),
        ("cpu a=", "1:7 value_invalid"),
        ("cpu a= 5", "1:7 value_invalid"),
        ("cpu a=1,b=x", "1:11 value_invalid"),
        ("cpu a=1=2", "1:7 value_invalid"),
        ("cpu a=1\t5", "1:7 value_invalid"),
        ("cpu a=0x10", "1:7 value_invalid"),
        ("cpu a=i", "1:7 value_invalid"),
        ("cpu a=1.5i", "1:7 value_invalid"),
        ("cpu a=-1u", "1:7 value_invalid"),
        ("cpu a=tRUE", "1:7 value_invalid"),
        ("cpu a=9223372036854775808i", "1:7 value_out_of_range"),
        ("cpu a=-9223372036854775809i", "1:7 value_out_of_range"),
        ("cpu a=18446744073709551616u", "1:7 value_out_of_range"),
        ("cpu a=NaN", "1:7 value_not_finite"),
        ("cpu a=-inf", "1:7 value_not_finite"),
        ("cpu a=1e400", "1:7 value_not_finite"),
        (r#"cpu a="x"y 5"#, "1:10 string_invalid"),
        (r#"cpu a="x\"#, "1:7 string_invalid"),
        ("cpu a=\"x\ncpu a=1", "1:7 string_invalid"),
        ("cpu a=1 now", "1:9 timestamp_invalid"),
        ("cpu a=1 5 6", "1:9 timestamp_invalid"),
        ("cpu a=1 1.5", "1:9 timestamp_invalid"),
        ("cpu a=1 1760000000000000000", "1:9 timestamp_out_of_range"),
        ("cpu a=1 99999999999999999999", "1:9 timestamp_out_of_range"),
    ];
    for (body, expected) in cases {
        assert_eq!(shown(body.as_bytes(), Precision::Milliseconds), [*expected], "{body:?}");
    }
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    parse(b"cpu a=1\ncpu a=x", Precision::default(), now(), |line| {
        if let Err(error) = line {
            let expected = "line 2, column 7: expected a value such as 19.5, 19i, 19u, true or \"text\"";
            assert_eq!(error.to_string(), expected);
        } else {
            assert_eq!(line.map(|point| point.line), Ok(1));
        }
    });
}

#[test]
fn text_in_a_string_of_a_refused_line_is_not_read_as_samples() {
    let body = b"log bad=x,text=\"hello\ncpu usage=99\n\"\ncpu usage=1";
    assert_eq!(shown(body, Precision::Milliseconds), ["1:9 value_invalid", "4 cpu usage=Float(1.0) @77"]);
}

#[test]
fn a_line_may_be_as_long_as_the_bound_and_no_longer() {
    let line = |length: usize| format!("m s=\"{}\"", "x".repeat(length - 6));
    assert_eq!(outcomes(line(MAX_LINE_BYTES).as_bytes()), [Ok(1)]);
    let body = format!("{}\nm f=1", line(MAX_LINE_BYTES + 1));
    assert_eq!(outcomes(body.as_bytes()), [Err("line_too_long"), Ok(1)]);
}

#[test]
fn a_line_may_have_as_many_fields_as_the_bound_and_no_more() {
    let line = |fields: usize| format!("m f=1{}", ",f=1".repeat(fields - 1));
    let body = format!("{}\n{}\nm f=1", line(MAX_FIELDS), line(MAX_FIELDS + 1));
    assert_eq!(outcomes(body.as_bytes()), [Ok(MAX_FIELDS), Err("fields_too_many"), Ok(1)]);
}

#[test]
fn timestamps_count_in_the_precision_of_the_request() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["n", "ns"], "1760000000000999999", "@1760000000000"),
        (&["n", "ns"], "-1", "@-1"),
        (&["u", "us", "µ"], "1760000000000999", "@1760000000000"),
        (&["ms"], "1760000000000", "@1760000000000"),
        (&["s"], "1760000000", "@1760000000000"),
        (&["m"], "29333333", "@1759999980000"),
        (&["h"], "488888", "@1759996800000"),
        (&["h"], "-613608", "@-2208988800000"),
        (&["h"], "-613609", "timestamp_out_of_range"),
        (&["s", "m", "h"], "9223372036854775807", "timestamp_out_of_range"),
        (&["s", "m", "h"], "-9223372036854775808", "timestamp_out_of_range"),
    ];
    for (names, timestamp, expected) in cases {
        for name in *names {
            let line = format!("m f=1 {timestamp}");
            let shown = shown(line.as_bytes(), name.parse().unwrap());
            assert!(shown[0].ends_with(&format!(" {expected}")), "{name} {timestamp}: {shown:?}");
        }
    }
}

#[test]
fn an_unknown_precision_is_refused() {
    for name in ["", "NS", "sec", "auto"] {
        assert_eq!(name.parse::<Precision>().unwrap_err().code(), "precision_unknown", "{name:?}");
    }
}

#[test]
fn numbers_and_booleans_are_samples_and_strings_are_not() {
    let numbers = [
        (FieldValue::Float(1.5), Some(1.5)),
        (FieldValue::Integer(-3), Some(-3.0)),
        (FieldValue::Unsigned(3), Some(3.0)),
        (FieldValue::Boolean(true), Some(1.0)),
        (FieldValue::Boolean(false), Some(0.0)),
        (FieldValue::String(b"1"), None),
    ];
    for (value, number) in numbers {
        assert_eq!(value.as_number(), number, "{value:?}");
    }
}

#[test]
fn a_series_without_a_measurement_or_with_half_a_tag_is_refused() {
    let tag = |text: &str| NameError::Tag(text.to_owned());
    let cases: &[(&str, NameError)] = &[
        ("", NameError::MeasurementMissing),
        (",host=a", NameError::MeasurementMissing),
        ("cpu,", tag("")),
        ("cpu,host", tag("host")),
        ("cpu,=a", tag("=a")),
        ("cpu,host=,core=1", tag("host=")),
        (r"cpu,host\=a", tag(r"host\=a")),
        ("cpu,host=a,,core=1", tag("")),
    ];
    for (series, error) in cases {
        assert_eq!(decode_series(series.as_bytes()).as_ref(), Err(error), "{series:?}");
    }
}

#[test]
fn names_that_are_not_utf8_are_refused() {
    let shown = NameError::NotUtf8("caf\u{fffd}".to_owned());
    assert_eq!(decode_series(b"caf\xe9,a=b").as_ref(), Err(&shown));
    assert_eq!(decode_series(b"m,caf\xe9=b").as_ref(), Err(&shown));
    assert_eq!(decode_series(b"m,a=caf\xe9").as_ref(), Err(&shown));
    assert_eq!(decode_key(b"caf\xe9").as_ref(), Err(&shown));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(records in vec(record(any_name()), 0..8)) {
        let (body, mut read) = (body(&records), Vec::new());
        parse(body.as_bytes(), Precision::Nanoseconds, now(), |line| read.push(Record::read(&line.unwrap())));
        prop_assert_eq!(read, records);
    }

    /// The crate is the parser of InfluxDB 3. It reads a doubled backslash in a name as one, where InfluxDB 1 and 2
    /// and Tallykeep keep both; so these names have none. What it leaves to others is not compared either: it keeps
    /// a carriage return at a line's end and knows no bounds of time.
    #[test]
    fn the_parser_of_influxdb_3_reads_the_same(records in vec(record(name_without_backslash()), 0..8)) {
        let (body, mut ours) = (body(&records), Vec::new());
        parse(body.as_bytes(), Precision::Nanoseconds, now(), |line| ours.push(Record::read(&line.unwrap())));
        let theirs: Vec<_> = parse_lines(&body).map(|line| Record::from(line.unwrap())).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn no_bytes_upset_the_parser(body in vec(any::<u8>(), 0..512)) {
        check_any(&body)?;
    }

    #[test]
    fn no_mutation_of_valid_lines_upsets_the_parser(
        records in vec(record(any_name()), 1..5),
        edits in vec((any::<Index>(), 0..3_u8, telling_byte()), 1..8),
    ) {
        let mut body = body(&records).into_bytes();
        for (index, action, byte) in edits {
            let at = index.index(body.len());
            match action {
                0 => body.insert(at, byte),
                1 => body[at] = byte,
                _ => body.truncate(at + 1),
            }
        }
        check_any(&body)?;
    }

    #[test]
    fn a_bad_line_does_not_reach_its_neighbours(bad in vec(unquoted_byte(), 0..64)) {
        let body = [b"a f=1 1\n", bad.as_slice(), b"\nb f=2 2\n"].concat();
        let shown = shown(&body, Precision::Milliseconds);
        prop_assert_eq!(shown.first().map(String::as_str), Some("1 a f=Float(1.0) @1"));
        prop_assert_eq!(shown.last().map(String::as_str), Some("3 b f=Float(2.0) @2"));
        prop_assert!(shown.len() <= 3);
    }
}

/// What holds for every body: each line is reported once and in order, and whatever is taken is within bounds.
fn check_any(body: &[u8]) -> Result<(), TestCaseError> {
    let last = 1 + body.iter().filter(|&&byte| byte == b'\n').count();
    let mut numbers = Vec::new();
    let mut violation = None;
    parse(body, Precision::Seconds, now(), |line| {
        numbers.push(line.as_ref().map_or_else(|error| error.line, |point| point.line));
        let sound = match &line {
            Ok(point) => is_sound(point),
            Err(error) => (1..=body.len() + 1).contains(&error.column),
        };
        if !sound {
            violation = Some(format!("{line:?}"));
        }
    });
    prop_assert_eq!(violation, None);
    prop_assert!(
        numbers.is_sorted_by(|a, b| a < b) && numbers.iter().all(|number| (1..=last).contains(number))
    );
    Ok(())
}

fn is_sound(point: &Point<'_, '_>) -> bool {
    let finite = point.fields.iter().all(|field| field.value.as_number().is_none_or(f64::is_finite));
    let named = point.fields.iter().all(|field| decode_key(field.key).map_or(true, |key| !key.is_empty()));
    let series = decode_series(point.series).map_or(true, |(measurement, _)| !measurement.is_empty());
    finite && named && series && (1..=MAX_FIELDS).contains(&point.fields.len())
}

fn now() -> Instant {
    Instant::from_millis(NOW).unwrap()
}

/// Every line of `body` in one notation: what was read, or the place and the code of the error.
fn shown(body: &[u8], precision: Precision) -> Vec<String> {
    let mut shown = Vec::new();
    parse(body, precision, now(), |line| {
        shown.push(match line {
            Ok(point) => show(&point),
            Err(error) => format!("{}:{} {}", error.line, error.column, error.code()),
        });
    });
    shown
}

fn show(point: &Point<'_, '_>) -> String {
    let record = Record::read(point);
    let mut shown = format!("{} {}", point.line, record.measurement);
    for (key, value) in &record.tags {
        write!(shown, " {key}={value}").unwrap();
    }
    for (key, value) in &record.fields {
        write!(shown, " {key}={value:?}").unwrap();
    }
    write!(shown, " @{}", record.at).unwrap();
    shown
}

/// For every line of `body` the number of its fields, or the code of its error.
fn outcomes(body: &[u8]) -> Vec<Result<usize, &'static str>> {
    let mut outcomes = Vec::new();
    parse(body, Precision::default(), now(), |line| {
        outcomes.push(line.map(|point| point.fields.len()).map_err(|error: LineError| error.code()));
    });
    outcomes
}

/// What a line says, without any escapes.
#[derive(Debug, Clone, PartialEq)]
struct Record {
    measurement: String,
    tags: Vec<(String, String)>,
    fields: Vec<(String, Value)>,
    /// Milliseconds; [`NOW`] where the line has no timestamp.
    at: i64,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Float(f64),
    Integer(i64),
    Unsigned(u64),
    Boolean(bool),
    String(String),
}

impl Record {
    fn read(point: &Point<'_, '_>) -> Self {
        let (measurement, tags) = decode_series(point.series).unwrap();
        let fields = point.fields.iter().map(|field| (decode_key(field.key).unwrap(), field.value.into()));
        Self { measurement, tags, fields: fields.collect(), at: point.at.as_millis() }
    }

    /// Timestamps are written in nanoseconds, some way into their millisecond.
    fn write(&self) -> String {
        let mut line = escaped(&self.measurement, &[',', ' ']);
        for (key, value) in &self.tags {
            write!(line, ",{}={}", escaped(key, &[',', '=', ' ']), escaped(value, &[',', '=', ' '])).unwrap();
        }
        for (index, (key, value)) in self.fields.iter().enumerate() {
            let separator = if index == 0 { ' ' } else { ',' };
            write!(line, "{separator}{}={}", escaped(key, &[',', '=', ' ']), value.write()).unwrap();
        }
        if self.at != NOW {
            write!(line, " {}", self.at * 1_000_000 + 999_999).unwrap();
        }
        line
    }
}

impl Value {
    fn write(&self) -> String {
        match self {
            // With an exponent where the number is far from 1.
            Self::Float(value) => format!("{value:?}"),
            Self::Integer(value) => format!("{value}i"),
            Self::Unsigned(value) => format!("{value}u"),
            Self::Boolean(value) => value.to_string(),
            Self::String(value) => format!("\"{}\"", escaped(value, &['"', '\\'])),
        }
    }
}

impl From<FieldValue<'_>> for Value {
    fn from(value: FieldValue<'_>) -> Self {
        match value {
            FieldValue::Float(value) => Self::Float(value),
            FieldValue::Integer(value) => Self::Integer(value),
            FieldValue::Unsigned(value) => Self::Unsigned(value),
            FieldValue::Boolean(value) => Self::Boolean(value),
            FieldValue::String(raw) => Self::String(unescaped(std::str::from_utf8(raw).unwrap())),
        }
    }
}

impl From<ParsedLine<'_>> for Record {
    fn from(line: ParsedLine<'_>) -> Self {
        let tags = line.series.tag_set.unwrap_or_default();
        Self {
            measurement: line.series.measurement.into(),
            tags: tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            fields: line.field_set.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            at: line.timestamp.map_or(NOW, |nanoseconds| nanoseconds.div_euclid(1_000_000)),
        }
    }
}

impl From<TheirValue<'_>> for Value {
    fn from(value: TheirValue<'_>) -> Self {
        match value {
            TheirValue::F64(value) => Self::Float(value),
            TheirValue::I64(value) => Self::Integer(value),
            TheirValue::U64(value) => Self::Unsigned(value),
            TheirValue::Boolean(value) => Self::Boolean(value),
            TheirValue::String(value) => Self::String(value.into()),
        }
    }
}

fn body(records: &[Record]) -> String {
    records.iter().map(|record| record.write() + "\n").collect()
}

fn escaped(text: &str, special: &[char]) -> String {
    text.chars().flat_map(|c| special.contains(&c).then_some('\\').into_iter().chain([c])).collect()
}

fn unescaped(text: &str) -> String {
    text.replace(r"\\", "\0").replace("\\\"", "\"").replace('\0', r"\")
}

fn record(name: BoxedStrategy<String>) -> impl Strategy<Value = Record> {
    let measurement = name.clone().prop_filter("a comment", |name| !name.starts_with('#'));
    let instant = Instant::MIN.as_millis()..Instant::END.as_millis();
    (measurement, vec((name.clone(), name.clone()), 0..4), vec((name, value()), 1..5), option::of(instant))
        .prop_map(|(measurement, tags, fields, at)| Record {
            measurement,
            tags,
            fields,
            at: at.unwrap_or(NOW),
        })
}

/// Neither empty nor ending in a backslash, which line protocol cannot say, and without line breaks and tabs.
fn any_name() -> BoxedStrategy<String> {
    prop_oneof![r#"[ab,= "\\é#]{0,6}[ab,= "é#]"#, r"[^\n\r\t\x00\\]{1,12}"].boxed()
}

fn name_without_backslash() -> BoxedStrategy<String> {
    any_name().prop_map(|name| name.replace('\\', "/")).boxed()
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_filter("infinite", |value| value.is_finite()).prop_map(Value::Float),
        any::<i64>().prop_map(Value::Integer),
        any::<u64>().prop_map(Value::Unsigned),
        any::<bool>().prop_map(Value::Boolean),
        prop_oneof![r#"[ab,= "\\\n\r#]{0,8}"#, r"[^\x00]{0,12}"].prop_map(Value::String),
    ]
}

/// One that neither ends a line nor begins a string.
fn unquoted_byte() -> impl Strategy<Value = u8> {
    any::<u8>().prop_filter("a line break or quote", |byte| !b"\n\"".contains(byte))
}

/// Most often one that means something in line protocol.
fn telling_byte() -> impl Strategy<Value = u8> {
    prop_oneof![3 => proptest::sample::select(b" ,=\\\"\n\r#\t-.0123eiutf".as_slice()), 1 => any::<u8>()]
}
