//! Reading settings: built-in defaults, an optional TOML file, then the environment.
//!
//! Each service declares one struct; the doc comments of its fields are the documentation. `TALLYKEEP__SECTION__KEY`
//! sets a key, and `TALLYKEEP__SECTION__KEY_FILE` names a file that holds it, for secrets.

use std::{collections::HashMap, fmt::Write, path::Path};

use anyhow::Context;
use config::{Config, Environment, File, FileFormat};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// Names the TOML file, if there is one.
const FILE_VARIABLE: &str = "TALLYKEEP_CONFIG";
const PREFIX: &str = "TALLYKEEP__";
const FILE_SUFFIX: &str = "_FILE";

/// Reads the settings of this process: the file that `TALLYKEEP_CONFIG` names, if it does, and the environment.
/// `defaults` are keys whose built-in default differs in this process.
///
/// # Errors
/// As [`load`].
pub fn load_for_process<T: DeserializeOwned>(defaults: &[(&str, &str)]) -> anyhow::Result<T> {
    let file = std::env::var_os(FILE_VARIABLE);
    load(defaults, file.as_deref().map(Path::new), own_variables()?)
}

/// Other programs' variables need not be Unicode, and are none of our business.
fn own_variables() -> anyhow::Result<Vec<(String, String)>> {
    let own = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
        Some((name, value))
    });
    own.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => anyhow::bail!("{name} is not UTF-8"),
    })
    .collect()
}

/// Reads settings.
///
/// # Errors
/// When a key is unknown, missing or wrong, or a file cannot be read; the message names the key.
pub fn load<T: DeserializeOwned>(
    defaults: &[(&str, &str)],
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> anyhow::Result<T> {
    let mut builder = Config::builder();
    for (key, value) in defaults {
        builder = builder.set_default(*key, *value)?;
    }
    if let Some(path) = file {
        builder = builder.add_source(File::from(path).format(FileFormat::Toml));
    }
    let variables = resolve_files(environment)?;
    let environment = Environment::with_prefix("TALLYKEEP")
        .prefix_separator("__")
        .separator("__")
        .ignore_empty(true)
        .source(Some(variables));
    let settings = builder.add_source(environment).build().context("the settings cannot be read")?;
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        anyhow::anyhow!("the setting {path}: {}", error.into_inner())
    })
}

fn resolve_files(
    environment: impl IntoIterator<Item = (String, String)>,
) -> anyhow::Result<HashMap<String, String>> {
    let mut variables = HashMap::new();
    for (name, value) in environment {
        if !name.starts_with(PREFIX) {
            continue;
        }
        let (name, value) = match name.strip_suffix(FILE_SUFFIX) {
            Some(secret) => {
                let content = std::fs::read_to_string(&value)
                    .with_context(|| format!("{name}: cannot read {value}"))?;
                (secret.to_owned(), content.trim_end_matches(['\r', '\n']).to_owned())
            }
            None => (name, value),
        };
        anyhow::ensure!(
            variables.insert(name.clone(), value).is_none(),
            "{name} is set twice, once by its _FILE form"
        );
    }
    Ok(variables)
}

/// Reads a list from TOML, or from one text with commas between, as the environment gives it.
///
/// # Errors
/// When an element cannot be parsed.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    let elements = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
        OneOrMany::Many(elements) => elements,
    };
    let parse =
        |text: &String| text.parse().map_err(|error| serde::de::Error::custom(format!("{text:?}: {error}")));
    elements.iter().filter(|text| !text.is_empty()).map(parse).collect()
}

/// The reference of a program's settings in Markdown: a table row per key, from the struct and its doc comments.
/// `defaults` are those that [`load_for_process`] is given.
#[must_use]
pub fn reference<T: JsonSchema>(defaults: &[(&str, &str)]) -> String {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    let mut table = String::from("| variable | default | meaning |\n| --- | --- | --- |\n");
    describe(schema.as_value(), "", true, defaults, &mut table);
    table
}

/// Adds the rows of `schema`, whose key is `key` (`section.key`).
fn describe(schema: &Value, key: &str, required: bool, defaults: &[(&str, &str)], table: &mut String) {
    // An optional section is a choice between the section and null.
    let section = schema.get("anyOf").and_then(|choices| choices.get(0)).unwrap_or(schema);
    let Some(Value::Object(keys)) = section.get("properties") else {
        let other = defaults.iter().find(|(other, _)| *other == key).map(|(_, value)| format!("`{value}`"));
        let default = other.unwrap_or_else(|| default(schema, required));
        let meaning =
            schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        // In a map the last part of a key is whatever one calls it.
        let is_map = section.get("additionalProperties").is_some_and(Value::is_object);
        let name = if is_map { "__‹NAME›" } else { "" };
        let variable = format!("{PREFIX}{}{name}", key.replace('.', "__").to_uppercase());
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{variable}` | {default} | {meaning} |");
        if let Some(values) =
            section.get("additionalProperties").filter(|values| values.get("properties").is_some())
        {
            describe(values, &format!("{key}.‹NAME›"), false, defaults, table);
        }
        return;
    };
    let needed = section.get("required").and_then(Value::as_array);
    for (name, schema) in keys {
        let required = needed.is_some_and(|names| names.iter().any(|needed| needed == name));
        let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
        describe(schema, &key, required, defaults, table);
    }
}

fn default(schema: &Value, required: bool) -> String {
    match schema.get("default") {
        Some(Value::String(text)) if !text.is_empty() => format!("`{text}`"),
        Some(Value::String(_) | Value::Null | Value::Object(_)) => "none".to_owned(),
        Some(value) => format!("`{value}`"),
        None if required => "required".to_owned(),
        None => "none".to_owned(),
    }
}
