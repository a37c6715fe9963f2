//! The operator's command line on the data of one process.

use std::process::Output;

use serde_json::json;

use crate::process::DataFolder;

/// Runs `admin` with `arguments`, separated by spaces, and answers what it prints.
fn admin(folder: &DataFolder, arguments: &str) -> String {
    let mut command = folder.command();
    let Output { status, stdout, stderr } = command.arg("admin").args(arguments.split(' ')).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[tokio::test]
async fn the_operator_has_a_say_whether_the_process_runs_or_not() {
    let folder = DataFolder::new();
    let made = admin(&folder, "create-account ada@example.org");
    let password = made.trim_end().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(folder.postmaster(), None, "what was started for the task is stopped after it");

    let process = folder.start();
    let sign_in = json!({"email": "ada@example.org", "password": password});
    let _ = process.stranger().post("/auth/login", &sign_in).await.expect(200);
    admin(&folder, "create-account bob@example.org");
    assert_eq!(admin(&folder, "disable bob@example.org"), "disabled bob@example.org\n");
    assert_eq!(admin(&folder, "list").lines().count(), 2);
    let _ = process.stranger().post("/auth/login", &sign_in).await.expect(200);
    assert!(process.terminate().status.success());
    assert!(admin(&folder, "list bob").contains("disabled since"));
}
