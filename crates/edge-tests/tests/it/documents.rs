//! What the operator's page says about another tool is done as it says.

use std::{fs, path::PathBuf};

use serde_json::json;
use tallykeep_test_support::SignedIn;

use crate::{
    docker::{docker, root, run, until},
    person::session_cookie,
    stack::Stack,
    tool::values,
};

const PAGE: &str = "docs/authentication.md";

/// What the page tells its reader to put other names for.
const HOST: &str = "numbers.example.org";
const IMAGE: &str = "example/notes:1.0";
/// Where the networks of an installation begin that nobody has given another name.
const PROJECT: &str = "tallykeep_";

/// The tool of the page, which goes with the test.
struct Notes {
    file: PathBuf,
    command: String,
}

impl Notes {
    fn start(stack: &Stack) -> Self {
        let page = fs::read_to_string(root().join(PAGE)).expect("the page is there");
        let file = std::env::temp_dir().join(format!("notes-{}.yaml", std::process::id()));
        let image =
            docker(&["inspect", "--format", "{{.Config.Image}}", &stack.compose.containers("example")[0]]);
        let block = between(&page, "```yaml\n", "```")
            .replace(HOST, "localhost")
            .replace(IMAGE, image.trim())
            .replace(PROJECT, &format!("{}_", stack.compose.project()));
        fs::write(&file, block).expect("there is room");
        let command = between(&page, "3. Start it with `", "`").to_owned();
        let notes = Self { file, command };
        notes.run(&notes.command);
        notes
    }

    /// Runs a line of the page.
    fn run(&self, line: &str) {
        let file = self.file.to_str().expect("a path of ours");
        let mut words = line.split(' ').map(|word| if word == "notes.yaml" { file } else { word });
        let program = words.next().expect("a line names a program");
        run(std::process::Command::new(program).args(words)).expect();
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let (before, _) = self.command.split_once(" up ").unwrap_or((&self.command, ""));
        self.run(&format!("{before} down --timeout 1"));
        let _ = fs::remove_file(&self.file);
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{PAGE} has no {start:?}"));
    rest.split_once(end).map_or(rest, |(part, _)| part)
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn a_tool_is_put_behind_the_sign_in_as_the_page_says() {
    let stack = Stack::http().await;
    let _notes = Notes::start(&stack);
    let person = stack.register().await;
    let browser =
        stack.stranger().with_header("accept", "text/html").with_header("sec-fetch-mode", "navigate");
    until("Traefik knows the tool", async || browser.get("/notes/").await.status == 302).await;

    let answer = browser.get("/notes/").await;
    let page = answer.header("location").strip_prefix(&stack.url).expect("at the same host").to_owned();
    assert_eq!(browser.get(&page).await.status, 200, "the sign-in page opens");
    let credentials = json!({"email": person.email, "password": SignedIn::PASSWORD});
    let signed_in = browser.post("/auth/login", &credentials).await;
    let browser = browser.with_header("cookie", &session_cookie(&signed_in));
    let back = browser.get(&page.replace("/sign-in?rd=", "/auth/return?to=")).await;
    assert_eq!(back.header("location"), format!("{}/notes/", stack.url));
    let seen = browser.get("/notes/").await.expect(200);
    assert_eq!(values(&seen, "remote-user"), [person.email.as_str()]);

    let key = person.signed_in.create_key(&["tools:access"]).await;
    let script = stack.stranger().with_token(&key);
    let seen = script.get("/notes/").await.expect(200);
    assert_eq!(values(&seen, "remote-user"), [person.email.as_str()]);
    assert_eq!(stack.stranger().get("/notes/").await.status, 401);
}
