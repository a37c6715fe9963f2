//! Paging by cursor.

use actix_web::http::StatusCode;

use crate::Problem;

/// The most items of a page.
const MOST_ITEMS: u32 = 1_000;
/// How many when the client does not say.
const DEFAULT_ITEMS: u32 = 100;

/// How many items a page has at the most.
#[derive(Debug, Clone, Copy)]
pub struct Limit(u32);

impl Limit {
    /// As a length.
    #[must_use]
    pub fn items(self) -> usize {
        self.0 as usize
    }

    /// As a number of rows.
    #[must_use]
    pub fn rows(self) -> i64 {
        i64::from(self.0)
    }

    /// How many to read: one more tells whether there is a further page.
    #[must_use]
    pub fn and_one_more(self) -> i64 {
        self.rows() + 1
    }
}

/// How many items the client wants.
///
/// # Errors
/// 400 when that is nothing or too many.
pub fn parse_limit(limit: Option<u32>) -> Result<Limit, Problem> {
    let limit = limit.unwrap_or(DEFAULT_ITEMS);
    if (1..=MOST_ITEMS).contains(&limit) {
        return Ok(Limit(limit));
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
pub fn cut<T>(items: &mut Vec<T>, limit: Limit) -> Option<&T> {
    let more = items.len() > limit.items();
    items.truncate(limit.items());
    items.last().filter(|_| more)
}
