//! Lists that come in pages, gathered to the end.

use domain::Error;

use crate::app::Page;

/// Asks for page after page, each behind the key of the last row.
pub(super) async fn gather<T, K>(
    mut page: impl AsyncFnMut(Option<K>) -> Result<Page<T>, Error>,
    key: impl Fn(&T) -> K,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    let mut behind = None;
    loop {
        let next = page(behind).await?;
        all.extend(next.rows);
        behind = all.last().map(&key).filter(|_| next.more);
        if behind.is_none() {
            return Ok(all);
        }
    }
}
