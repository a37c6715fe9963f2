//! Tables of ingest and query.

diesel::table! {
    /// Definitions.
    metrics.metrics (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        name -> Text,
        title -> Text,
        unit -> Nullable<Text>,
        kind -> Text,
        aggregation -> Text,
        minimum -> Nullable<Double>,
        maximum -> Nullable<Double>,
        archived_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        raw_retention_days -> Nullable<Integer>,
        rollup_retention_days -> Nullable<Integer>,
    }
}

diesel::table! {
    /// A metric with one set of labels.
    metrics.series (account_id, id) {
        account_id -> Uuid,
        id -> BigInt,
        metric_id -> Uuid,
        fingerprint -> Bytea,
        labels -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// How many series an account has.
    metrics.series_counts (account_id) {
        account_id -> Uuid,
        series -> BigInt,
    }
}

diesel::table! {
    /// What one commit wrote for one account.
    metrics.segments (account_id, id) {
        account_id -> Uuid,
        id -> BigInt,
        earliest -> Timestamptz,
        latest -> Timestamptz,
        samples -> Integer,
        format -> SmallInt,
        data -> Bytea,
        written_at -> Timestamptz,
    }
}

diesel::table! {
    /// The samples of one series and range, compressed.
    metrics.chunks (account_id, series_id, earliest) {
        account_id -> Uuid,
        series_id -> BigInt,
        earliest -> Timestamptz,
        latest -> Timestamptz,
        samples -> Integer,
        format -> SmallInt,
        times -> Nullable<Bytea>,
        sample_values -> Nullable<Bytea>,
        piece_starts -> Array<Timestamptz>,
        piece_counts -> Array<Integer>,
        piece_sums -> Array<Double>,
        piece_minima -> Array<Double>,
        piece_maxima -> Array<Double>,
        piece_firsts -> Array<Double>,
        piece_lasts -> Array<Double>,
        piece_increases -> Array<Double>,
    }
}

diesel::table! {
    /// Samples that readers leave out and compaction removes.
    metrics.deletions (account_id, id) {
        account_id -> Uuid,
        id -> BigInt,
        series -> Array<BigInt>,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// In which time zone an account counts its days.
    metrics.calendars (account_id) {
        account_id -> Uuid,
        time_zone -> Text,
        cut_in -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// For how long samples are kept where a metric says nothing.
    metrics.retentions (account_id) {
        account_id -> Uuid,
        raw_days -> Nullable<Integer>,
        rollup_days -> Nullable<Integer>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Local calendar days that a person filled in.
    metrics.entries (account_id, date) {
        account_id -> Uuid,
        date -> Date,
        note -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Their values.
    metrics.entry_values (account_id, date, metric_id) {
        account_id -> Uuid,
        date -> Date,
        metric_id -> Uuid,
        value -> Double,
    }
}

diesel::table! {
    /// Accounts for which nothing is written again.
    metrics.erased_accounts (account_id) {
        account_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    metrics,
    series,
    segments,
    chunks,
    deletions,
    entries,
    entry_values
);
