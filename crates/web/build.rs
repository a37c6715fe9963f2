//! Embeds the app and the documents anew when they were made anew.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the folders at run time.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../web/dist");
        println!("cargo::rerun-if-changed=../../openapi");
    }
}
