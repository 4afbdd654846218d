//! The accounts of a directory, page by page.
//!
//! A server keeps the place in a listing with its connection, so each listing has one of its own between its pages.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::operations::Query;
use super::session::Session;
use super::{Directory, dn};
use crate::{AccountPage, Failure};

/// Most listings under way at once; the oldest makes room for another.
const MAX_LISTINGS: usize = 4;

/// Where a listing is.
struct Listing {
    cursor: String,
    session: Arc<Session>,
    /// What is still to be listed, from the last on.
    places: Vec<String>,
    cookie: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Listings(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    listings: Vec<Listing>,
    /// Cursors are counted, so that none is given out twice.
    last: u64,
}

impl Listings {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Every change of it is whole, whatever happened to whoever made it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, cursor: &str) -> Option<Listing> {
        let mut kept = self.kept();
        let place = kept.listings.iter().position(|listing| listing.cursor == cursor)?;
        Some(kept.listings.remove(place))
    }

    fn keep(&self, mut listing: Listing) -> String {
        let mut kept = self.kept();
        kept.last += 1;
        listing.cursor = kept.last.to_string();
        let cursor = listing.cursor.clone();
        if kept.listings.len() == MAX_LISTINGS {
            kept.listings.remove(0);
        }
        kept.listings.push(listing);
        cursor
    }
}

impl Directory {
    pub(super) async fn list(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let mut listing = match cursor {
            None => self.begin().await?,
            Some(cursor) => self.listings.take(cursor).ok_or_else(|| {
                Failure::Refused("the list is no longer held for us there: it must be begun anew".to_owned())
            })?,
        };
        let Some(place) = listing.places.last() else { return Ok(AccountPage::default()) };
        let query = Query::below(place, self.like.user_filter.clone(), &self.wanted());
        let page = self.door.page(&listing.session, &query, listing.cookie).await?;
        let accounts: Result<_, _> = page.entries.iter().map(|entry| self.remote(entry, None)).collect();
        if page.cookie.is_empty() {
            listing.places.pop();
        }
        listing.cookie = page.cookie;
        let next = (!listing.places.is_empty()).then(|| self.listings.keep(listing));
        Ok(AccountPage { accounts: accounts?, next })
    }

    async fn begin(&self) -> Result<Listing, Failure> {
        let base = &self.like.user_base;
        let elsewhere = self.like.leavers_ou.iter().filter(|unit| !dn::is_below(unit, base)).cloned();
        Ok(Listing {
            cursor: String::new(),
            session: self.door.own_session().await?,
            places: elsewhere.chain([base.clone()]).collect(),
            cookie: Vec::new(),
        })
    }
}
