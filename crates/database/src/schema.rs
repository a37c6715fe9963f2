//! The tables as Diesel sees them. A test compares them with the catalogue.

#![expect(missing_docs, reason = "the migrations say what the columns hold")]

diesel::define_sql_function! {
    /// Whether `text` begins with `prefix`: PostgreSQL's function of that name.
    fn starts_with(text: diesel::sql_types::Text, prefix: diesel::sql_types::Text) -> diesel::sql_types::Bool;
}

diesel::define_sql_function! {
    /// The parts of `text` between each `delimiter`: PostgreSQL's function of that name.
    fn string_to_array(text: diesel::sql_types::Text, delimiter: diesel::sql_types::Text) -> diesel::sql_types::Array<diesel::sql_types::Text>;
}

pub mod auth;

pub mod metrics;
