//! The committed document is the one of this code.

#[test]
fn the_committed_document_is_up_to_date() {
    tallykeep_test_support::assert_snapshot(
        "openapi/ingest.json",
        &tallykeep_ingest::openapi().to_pretty_json().unwrap(),
    );
}
