//! Paging by cursor.

use actix_web::http::StatusCode;

use crate::Problem;

/// The most items of a page.
const MOST_ITEMS: u32 = 1_000;
/// How many when the client does not say.
const DEFAULT_ITEMS: u32 = 100;

/// How many items the client wants.
///
/// # Errors
/// 400 when that is nothing or too many.
pub fn parse_limit(limit: Option<u32>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(DEFAULT_ITEMS);
    if (1..=MOST_ITEMS).contains(&limit) {
        return Ok(limit as usize);
    }
    let detail = format!("limit {limit} is not within 1 to {MOST_ITEMS}");
    Err(Problem::new(StatusCode::BAD_REQUEST, "limit_invalid", detail))
}

/// Behind which item the page starts, as an earlier answer said.
///
/// # Errors
/// 400 when it does not parse.
pub fn parse_cursor<T: std::str::FromStr>(cursor: Option<&str>) -> Result<Option<T>, Problem> {
    let invalid =
        |_| Problem::new(StatusCode::BAD_REQUEST, "cursor_invalid", "the cursor is not one of ours");
    cursor.map(|text| text.parse().map_err(invalid)).transpose()
}

/// Cuts `items`, read with one more than `limit`, and answers the last of the page when there are further ones.
pub fn cut<T>(items: &mut Vec<T>, limit: usize) -> Option<&T> {
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more)
}
