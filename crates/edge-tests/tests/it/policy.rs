//! What the compose files promise, read off what Compose makes of them.

use std::process::Command;

use serde_json::{Map, Value};

use crate::docker::run;

/// They end by themselves, so that nobody asks how they are and nothing starts them again.
const ONE_SHOTS: [&str; 2] = ["demo", "migrate"];
/// Words in the name of a variable whose value is a secret.
const SECRET_WORDS: [&str; 5] = ["PASSWORD", "SECRET", "CREDENTIAL", "TOKEN", "KEY"];
/// Networks from which nothing leads out.
const INTERNAL: [&str; 4] = ["internal", "proxy", "socket", "telemetry"];

/// What Compose makes of some files, with every profile.
struct Composition {
    is_production: bool,
    document: Value,
}

impl Composition {
    fn all() -> [Self; 2] {
        [
            Self { is_production: false, document: config(&["compose.yaml"]) },
            Self { is_production: true, document: config(&["compose.yaml", "compose.prod.yaml"]) },
        ]
    }

    fn services(&self) -> &Map<String, Value> {
        self.document["services"].as_object().expect("services")
    }
}

fn config(files: &[&str]) -> Value {
    let mut command = Command::new("docker");
    command.arg("compose").args(files.iter().flat_map(|file| ["--file", file]));
    command.args(["--profile", "*", "config", "--format", "json"]);
    command.env("COMPOSE_ENV_FILES", "/dev/null").env("TALLYKEEP_HOST", "numbers.example");
    serde_json::from_str(&run(&mut command).expect()).expect("Compose writes JSON")
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

fn networks(service: &Value) -> Vec<&str> {
    service["networks"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn nothing_but_traefik_publishes_a_port() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            let ports = list(&service["ports"]);
            assert_eq!(ports.is_empty(), name != "traefik", "{name}");
            let is_loopback = |port: &&Value| port["host_ip"] == "127.0.0.1";
            assert!(composition.is_production || ports.iter().all(is_loopback), "{name}: {ports:?}");
            let mut targets: Vec<_> = ports.iter().filter_map(|port| port["target"].as_u64()).collect();
            targets.sort_unstable();
            let expected: &[u64] = if composition.is_production { &[8080, 8443] } else { &[8080] };
            assert!(ports.is_empty() || targets == expected, "{name}: {targets:?}");
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn networks_join_only_what_has_to_talk() {
    for composition in Composition::all() {
        for name in INTERNAL {
            assert_eq!(composition.document["networks"][name]["internal"], true, "{name}");
        }
        for (name, service) in composition.services() {
            let networks = networks(service);
            match name.as_str() {
                "postgres" | "migrate" => assert_eq!(networks, ["internal"], "{name}"),
                "socket-proxy" => assert_eq!(networks, ["socket"]),
                "traefik" => assert_eq!(networks, ["edge", "proxy", "socket", "telemetry", "tools"]),
                "example" => assert_eq!(networks, ["tools"]),
                "auth" | "ingest" | "query" => {
                    assert_eq!(networks, ["internal", "proxy", "telemetry"], "{name}");
                }
                "worker" => assert_eq!(networks, ["internal", "telemetry"]),
                "web" => assert_eq!(networks, ["proxy", "telemetry"]),
                "unavailable" | "maintenance" => assert_eq!(networks, ["proxy"], "{name}"),
                // A client, in the place of Traefik's own.
                "demo" => assert_eq!(service["network_mode"], "service:traefik"),
                other => panic!("which networks may {other} be on?"),
            }
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn sending_mail_gives_auth_alone_a_way_out() {
    let document = config(&["compose.yaml", "compose.prod.yaml", "compose.mail.yaml"]);
    let composition = Composition { is_production: true, document };
    for (name, service) in composition.services() {
        assert_eq!(networks(service).contains(&"mail"), name == "auth", "{name}");
        let secrets = list(&service["secrets"]).into_iter().filter_map(|secret| secret["source"].as_str());
        let of_mail: Vec<_> = secrets.filter(|secret| secret.starts_with("mail-")).collect();
        let expected: &[&str] = if name == "auth" { &["mail-password", "mail-ca"] } else { &[] };
        assert_eq!(of_mail, expected, "{name}");
    }
    assert!(composition.document["networks"]["mail"]["internal"].is_null());
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn every_container_is_confined() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            let user = service["user"].as_str().unwrap_or("0");
            assert_eq!(user.starts_with('0'), name == "socket-proxy", "{name} runs as {user}");
            assert_eq!(service["read_only"], true, "{name}");
            assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
            assert!(service["cap_add"].is_null() && service["privileged"].is_null(), "{name}");
            assert_eq!(service["security_opt"], serde_json::json!(["no-new-privileges:true"]), "{name}");
            let limits = &service["deploy"]["resources"]["limits"];
            for limit in ["memory", "cpus", "pids"] {
                assert!(!limits[limit].is_null(), "{name} has no limit of {limit}");
            }
            // Docker refuses a container more processors than the server has.
            let cpus = limits["cpus"].as_f64().expect("a number of processors");
            assert!(cpus <= 1.0, "{name} would not start on a server with one processor");
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn every_container_that_stays_tells_how_it_is() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            let asks = !list(&service["healthcheck"]["test"]).is_empty()
                && service["healthcheck"]["disable"].is_null();
            assert_eq!(asks, !ONE_SHOTS.contains(&name.as_str()), "{name}: {}", service["healthcheck"]);
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn every_image_has_a_version() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            let image = service["image"].as_str().expect("an image");
            let tag = image.rsplit_once(':').map(|(_, tag)| tag);
            assert!(tag.is_some_and(|tag| !tag.contains('/') && tag != "latest"), "{name}: {image}");
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn no_secret_stands_in_the_environment() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            for (variable, value) in service["environment"].as_object().into_iter().flatten() {
                let speaks =
                    SECRET_WORDS.iter().any(|word| variable.split('_').any(|part| part.starts_with(word)));
                // The kind of a key, or for how long it is used, not a key.
                let harmless = ["_FILE", "_KEYTYPE", "_KEY_DAYS"].iter().any(|end| variable.ends_with(end));
                assert!(!speaks || harmless, "{name}: {variable}");
                let authority =
                    value.as_str().and_then(|value| value.split_once("://")).map(|(_, rest)| rest);
                let user = authority.and_then(|rest| rest.split('/').next()?.split_once('@'));
                assert!(
                    user.is_none_or(|(user, _)| !user.contains(':')),
                    "{name}: {variable} holds a password"
                );
            }
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn docker_s_socket_is_for_its_proxy_alone() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            let mounts = list(&service["volumes"]).into_iter();
            let sockets: Vec<_> =
                mounts.filter(|mount| mount["source"].to_string().contains("docker.sock")).collect();
            assert_eq!(!sockets.is_empty(), name == "socket-proxy", "{name}");
            assert!(sockets.iter().all(|socket| socket["read_only"] == true), "{name}: {sockets:?}");
        }
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn a_server_restarts_what_falls_and_bounds_what_it_logs() {
    let [_, production] = Composition::all();
    for (name, service) in production.services() {
        let restarts = service["restart"] == "unless-stopped";
        assert_eq!(restarts, !ONE_SHOTS.contains(&name.as_str()), "{name}");
        let options = &service["logging"]["options"];
        assert!(name == "demo" || !options["max-size"].is_null() && !options["max-file"].is_null(), "{name}");
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn a_server_has_secrets_of_its_own() {
    let [development, production] = Composition::all();
    let of = |composition: &Composition| {
        let secrets = composition.document["secrets"].as_object().expect("secrets").clone();
        secrets.into_iter().map(|(name, secret)| (name, secret["file"].to_string())).collect::<Vec<_>>()
    };
    assert!(of(&production).len() > of(&development).len());
    for (name, file) in of(&production) {
        assert!(!file.contains("development") && file.contains(&name), "{name}: {file}");
    }
    for (name, file) in of(&development) {
        assert!(file.contains("docker/development-secrets/"), "{name}: {file}");
    }
}

#[test]
#[ignore = "needs containers: ./scripts/test e2e"]
fn a_secret_goes_only_to_who_needs_it() {
    for composition in Composition::all() {
        for (name, service) in composition.services() {
            let secrets: Vec<_> =
                list(&service["secrets"]).iter().filter_map(|secret| secret["source"].as_str()).collect();
            let expected: &[&str] = match name.as_str() {
                "postgres" => &["postgres-password"],
                "migrate" => &[
                    "postgres-password",
                    "auth-database-password",
                    "ingest-database-password",
                    "query-database-password",
                    "worker-database-password",
                ],
                "auth" => &[
                    "auth-database-password",
                    "master-secret",
                    "ingest-credential",
                    "query-credential",
                    "worker-credential",
                ],
                "ingest" => &["ingest-database-password", "ingest-credential"],
                "query" => &["query-database-password", "query-credential"],
                "worker" => &["worker-database-password", "worker-credential"],
                "traefik" if composition.is_production => &["acme-dns-token"],
                _ => &[],
            };
            assert_eq!(secrets, expected, "{name}");
        }
    }
}
