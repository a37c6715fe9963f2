//! The command `demo`, against the whole application.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use tallykeep_test_support::{Client, TestApp};

use crate::process::program;

#[tokio::test]
async fn the_demo_loads_once_and_its_examples_work_as_printed() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("demo.json");
    let printed = demo(&app, &credentials);
    assert_eq!(fs::metadata(&credentials).unwrap().mode() & 0o777, 0o600);
    let known: Value = serde_json::from_str(&fs::read_to_string(&credentials).unwrap()).unwrap();
    for key in ["email", "password", "api_key"] {
        assert!(printed.contains(known[key].as_str().unwrap()), "{key} is not in {printed}");
    }
    let client = app.stranger().with_token(known["api_key"].as_str().unwrap());
    let range = last_year();
    let loaded = everything(&client, &range).await;
    check_believable(&loaded);

    assert_eq!(demo(&app, &credentials), printed, "a second run says the same");
    assert_eq!(everything(&client, &range).await, loaded, "a second run changes nothing");

    if !has_curl() {
        return;
    }
    let (send, read) = examples(&printed);
    run_in_shell(&send);
    let week: Value = serde_json::from_str(&run_in_shell(&read)).unwrap();
    assert_eq!(week["metric"], "weight");
    let points = week["series"][0]["points"].as_array().unwrap();
    assert!((7..=8).contains(&points.len()), "{week}");
}

#[tokio::test]
async fn a_demo_that_was_cut_short_goes_on_at_the_next_run() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("demo.json");
    app.line.cut();
    let failed = command(&app, &credentials).output().unwrap();
    assert!(!failed.status.success());
    app.line.mend();
    // As far as a run gets that dies after its first request.
    let known: Value = serde_json::from_str(&fs::read_to_string(&credentials).unwrap()).unwrap();
    let account = serde_json::json!({"email": known["email"], "password": known["password"]});
    let _ = app.stranger().post("/auth/register", &account).await.expect(201);
    let printed = demo(&app, &credentials);
    assert!(printed.contains(known["password"].as_str().unwrap()), "{printed}");
    assert!(printed.contains("tk_"), "{printed}");
}

#[test]
fn a_demo_says_where_it_found_no_tallykeep() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("demo.json");
    let url = "http://127.0.0.1:9";
    let Output { status, stderr, .. } =
        program().args(["demo", "--url", url, "--credentials"]).arg(credentials).output().unwrap();
    assert!(!status.success());
    assert!(String::from_utf8(stderr).unwrap().contains(url));
}

fn command(app: &TestApp, credentials: &Path) -> Command {
    let mut command = program();
    command.args(["demo", "--url", &app.url, "--credentials"]).arg(credentials);
    command
}

/// Runs the command and answers what it printed.
fn demo(app: &TestApp, credentials: &Path) -> String {
    let Output { status, stdout, stderr } = command(app, credentials).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// All that the demo account has, by month of `range`.
async fn everything(client: &Client, range: &str) -> Vec<Value> {
    let metrics = client.get("/api/v1/metrics").await.expect(200);
    let mut all = vec![metrics.clone(), client.get("/api/v1/entries?limit=1000").await.expect(200)];
    for metric in metrics["items"].as_array().unwrap() {
        let name = metric["name"].as_str().unwrap();
        for aggregate in ["count", "avg", "min", "max"] {
            let path =
                format!("/api/v1/query?metric={name}&step=1mo&aggregate={aggregate}&group_by=room&{range}");
            all.push(client.get(&path).await.expect(200));
        }
    }
    all
}

/// A year of whole days that have passed, whose samples do not grow more while the test runs.
fn last_year() -> String {
    const DAY: i64 = 86_400_000;
    let today = jiff::Timestamp::now().as_millisecond() / DAY;
    format!("start={}&end={}", (today - 360) * DAY, (today - 1) * DAY)
}

/// Checks the year's outline: enough of everything, and rooms that are warmer in July than in January.
fn check_believable(loaded: &[Value]) {
    assert_eq!(loaded[0]["items"].as_array().unwrap().len(), 9);
    assert!((330..=366).contains(&loaded[1]["items"].as_array().unwrap().len()));
    let averages = |metric: &str| {
        let answer = loaded.iter().find(|answer| answer["metric"] == metric && answer["aggregate"] == "avg");
        answer.unwrap_or_else(|| panic!("{metric} was not loaded"))["series"].as_array().unwrap().clone()
    };
    let rooms = averages("temperature");
    assert_eq!(rooms.len(), 3);
    for room in rooms {
        let of_month =
            |month| monthly(&room).find(|(found, _)| *found == month).map(|(_, value)| value).unwrap();
        assert!(of_month(7) > of_month(1) + 3.0, "{room}");
        assert!(monthly(&room).all(|(_, value)| (16.0..28.0).contains(&value)), "{room}");
    }
    let hearts = averages("heart_rate");
    assert!(monthly(&hearts[0]).all(|(_, value)| (55.0..85.0).contains(&value)), "{hearts:?}");
}

/// The calendar month and the value of each point.
fn monthly(series: &Value) -> impl Iterator<Item = (i8, f64)> {
    series["points"].as_array().unwrap().iter().map(|point| {
        let middle = point[0].as_i64().unwrap() + 14 * 86_400_000;
        let at = jiff::Timestamp::from_millisecond(middle).unwrap();
        (at.to_zoned(jiff::tz::TimeZone::UTC).month(), point[1].as_f64().unwrap())
    })
}

/// The two commands in what was printed: behind their titles, up to a line without a backslash at its end.
fn examples(printed: &str) -> (String, String) {
    let command = |title: &str| {
        let text = printed.split_once(title).unwrap_or_else(|| panic!("no {title:?} in {printed}")).1;
        let end =
            text.split_inclusive('\n').take_while(|line| line.ends_with("\\\n")).map(str::len).sum::<usize>();
        let last = text[end..].lines().next().unwrap();
        format!("{}{last}", &text[..end])
    };
    (command("Send a value"), command("Read a week"))
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no curl to try the examples with");
    }
    found
}

fn run_in_shell(script: &str) -> String {
    let script = script.replace("curl ", "curl --silent --show-error --fail --noproxy '*' ");
    let Output { status, stdout, stderr } = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(status.success(), "{script}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}
