//! The operations of a directory that we use, each asked once, with what its answer means.

use std::collections::BTreeMap;

use ldap3::controls::{Control, ControlType, PagedResults, RawControl};
use ldap3::exop::WhoAmI;
use ldap3::{Ldap, LdapResult, Mod, Scope, SearchEntry, SearchOptions};

use super::said::{SIZE_LIMIT_EXCEEDED, Said, Setback};
use super::session::{Door, Session};
use crate::Failure;

/// Entries on a page; Active Directory gives at most 1,000, other servers often 500.
pub(super) const PAGE_ENTRIES: usize = 500;
/// Most entries that a walk over all pages takes in.
pub(super) const MAX_WALK_ENTRIES: usize = 50_000;
/// Most pages of it: some of them may be empty.
const MAX_PAGES: usize = 1_000;
/// Most bytes of entries in one answer.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// "No attributes": the names of the entries are enough.
pub(super) const NO_ATTRIBUTES: &str = "1.1";
pub(super) const ANYTHING: &str = "(objectClass=*)";

/// Names are in lower case, values as they came: a GUID may or may not look like text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) dn: String,
    values: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    pub(super) fn bytes(&self, attribute: &str) -> Option<&[u8]> {
        self.values.get(&attribute.to_ascii_lowercase())?.first().map(Vec::as_slice)
    }

    pub(super) fn texts(&self, attribute: &str) -> impl Iterator<Item = &str> + Clone {
        let values = self.values.get(&attribute.to_ascii_lowercase());
        values.into_iter().flatten().filter_map(|value| std::str::from_utf8(value).ok())
    }

    pub(super) fn text(&self, attribute: &str) -> Option<&str> {
        self.texts(attribute).next()
    }

    fn size(&self) -> usize {
        self.dn.len() + self.values.values().flatten().map(Vec::len).sum::<usize>()
    }
}

impl From<SearchEntry> for Entry {
    /// Where a value is not text, the library moves the whole attribute to another map.
    fn from(found: SearchEntry) -> Self {
        let texts = found
            .attrs
            .into_iter()
            .map(|(name, values)| (name, values.into_iter().map(String::into_bytes).collect()));
        let values = texts
            .chain(found.bin_attrs)
            .map(|(name, values): (String, Vec<_>)| (name.to_ascii_lowercase(), values));
        Self { dn: found.dn, values: values.collect() }
    }
}

/// What to look for.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) base: String,
    pub(super) scope: Scope,
    pub(super) filter: String,
    pub(super) attributes: Vec<String>,
}

impl Query {
    /// Everything from `base` down.
    pub(super) fn below(base: &str, filter: String, attributes: &[&str]) -> Self {
        let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
        Self { base: base.to_owned(), scope: Scope::Subtree, filter, attributes }
    }

    /// The entry `dn` itself.
    pub(super) fn at(dn: &str, filter: &str, attributes: &[&str]) -> Self {
        Self { scope: Scope::Base, ..Self::below(dn, filter.to_owned(), attributes) }
    }

    fn asked(&self) -> String {
        format!("the search below {:?} for {}", self.base, self.filter)
    }
}

/// Some of what was found.
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// Where it goes on; empty at the end.
    pub(super) cookie: Vec<u8>,
}

impl Door {
    /// What is found, if it is no more than `most`.
    pub(super) async fn search(&self, query: &Query, most: usize) -> Result<Vec<Entry>, Setback> {
        let session = self.session().await?;
        let limit = i32::try_from(most).unwrap_or(i32::MAX);
        let (page, result) = self.collect(&session, query, limit, None).await?;
        judge(&session, &query.asked(), &result)?;
        Ok(page.entries)
    }

    /// Whether there is anything like that; a server's limit of one is an answer as well.
    pub(super) async fn any(&self, query: &Query) -> Result<bool, Setback> {
        match self.search(query, 1).await {
            Ok(entries) => Ok(!entries.is_empty()),
            Err(setback) if setback.is(SIZE_LIMIT_EXCEEDED) => Ok(true),
            Err(setback) => Err(setback),
        }
    }

    /// All that is found, page by page.
    pub(super) async fn walk(&self, query: &Query) -> Result<Vec<Entry>, Setback> {
        let session = self.session().await?;
        let _place = session.paging.lock().await;
        let (mut found, mut cookie) = (Vec::new(), Vec::new());
        for _ in 0..MAX_PAGES {
            let page = self.page(&session, query, cookie).await?;
            found.extend(page.entries);
            cookie = page.cookie;
            if cookie.is_empty() {
                return Ok(found);
            }
            if found.len() >= MAX_WALK_ENTRIES {
                break;
            }
        }
        let text = format!("{} finds more than {MAX_WALK_ENTRIES} entries", query.asked());
        Err(Failure::Refused(text).into())
    }

    /// The first of what is found; the rest is given up.
    pub(super) async fn first_page(&self, query: &Query) -> Result<Vec<Entry>, Setback> {
        let session = self.session().await?;
        let _place = session.paging.lock().await;
        Ok(self.page(&session, query, Vec::new()).await?.entries)
    }

    pub(super) async fn page(
        &self,
        session: &Session,
        query: &Query,
        cookie: Vec<u8>,
    ) -> Result<Page, Setback> {
        let size = i32::try_from(PAGE_ENTRIES).unwrap_or(i32::MAX);
        let control = PagedResults { size, cookie };
        let (page, result) = self.collect(session, query, 0, Some(control.into())).await?;
        judge(session, &query.asked(), &result)?;
        Ok(page)
    }

    /// References to other servers are left out: what they hold is another platform's.
    async fn collect(
        &self,
        session: &Session,
        query: &Query,
        limit: i32,
        control: Option<RawControl>,
    ) -> Result<(Page, LdapResult), Failure> {
        let (asked, query) = (query.asked(), query.clone());
        let options = SearchOptions::new().sizelimit(limit).timelimit(self.time_limit_s());
        let search = move |mut ldap: Ldap| async move {
            ldap.with_search_options(options);
            if let Some(control) = control {
                ldap.with_controls(control);
            }
            let Query { base, scope, filter, attributes } = query;
            let mut stream = ldap.streaming_search(&base, scope, &filter, attributes).await?;
            let (mut entries, mut bytes) = (Vec::new(), 0);
            while let Some(item) = stream.next().await? {
                if item.is_ref() || item.is_intermediate() {
                    continue;
                }
                let entry = Entry::from(SearchEntry::construct(item));
                bytes += entry.size();
                entries.push(entry);
                if bytes > MAX_ANSWER_BYTES || entries.len() > MAX_WALK_ENTRIES {
                    return Ok(None);
                }
            }
            let result = stream.finish().await;
            let cookie = cookie_of(&result);
            Ok(Some((Page { entries, cookie }, result)))
        };
        let found = self.run(session, &asked, search).await?;
        found.ok_or_else(|| {
            session.give_up();
            Failure::Unheard(format!("{asked}: the answer is too long"))
        })
    }

    pub(super) async fn modify(&self, dn: &str, changes: Vec<Mod<Vec<u8>>>) -> Result<(), Setback> {
        let asked = format!("the change of {dn:?}");
        let name = dn.to_owned();
        self.change(&asked, move |mut ldap: Ldap| async move { ldap.modify(&name, changes).await }).await
    }

    /// The entry keeps its own name.
    pub(super) async fn move_below(&self, dn: &str, own: &str, above: &str) -> Result<(), Setback> {
        let asked = format!("the move of {dn:?} to {above:?}");
        let (dn, own, above) = (dn.to_owned(), own.to_owned(), above.to_owned());
        self.change(&asked, move |mut ldap: Ldap| async move {
            ldap.modifydn(&dn, &own, true, Some(&above)).await
        })
        .await
    }

    pub(super) async fn delete(&self, dn: &str, control: Option<RawControl>) -> Result<(), Setback> {
        let asked = format!("the deletion of {dn:?}");
        let dn = dn.to_owned();
        let delete = move |mut ldap: Ldap| async move {
            if let Some(control) = control {
                ldap.with_controls(control);
            }
            ldap.delete(&dn).await
        };
        self.change(&asked, delete).await
    }

    async fn change<F, O>(&self, asked: &str, operation: O) -> Result<(), Setback>
    where
        F: Future<Output = ldap3::result::Result<LdapResult>> + Send + 'static,
        O: FnOnce(Ldap) -> F,
    {
        let session = self.session().await?;
        let result = self.run(&session, asked, operation).await?;
        judge(&session, asked, &result)
    }

    /// Who the server takes us for, where it tells.
    pub(super) async fn who_am_i(&self) -> Result<Option<String>, Failure> {
        let session = self.session().await?;
        let ask =
            |mut ldap: Ldap| async move { ldap.extended(WhoAmI).await.map(|answer| (answer.0, answer.1.rc)) };
        let (answer, code) = self.run(&session, "the question who we are", ask).await?;
        let told = answer.val.filter(|_| code == 0).map(|value| String::from_utf8_lossy(&value).into_owned());
        Ok(told.filter(|told| !told.is_empty()))
    }
}

fn judge(session: &Session, asked: &str, result: &LdapResult) -> Result<(), Setback> {
    let Some(said) = Said::of(asked, result) else { return Ok(()) };
    if matches!(said.clone().failure(), Failure::Broken(_)) {
        session.give_up();
    }
    Err(Setback::Said(said))
}

/// Where a paged search goes on; empty at its end, and where the server does not know pages. The library panics on
/// a control that makes no sense.
fn cookie_of(result: &LdapResult) -> Vec<u8> {
    let paged = result.ctrls.iter().find(|control| matches!(control.0, Some(ControlType::PagedResults)));
    paged.map(|Control(_, raw)| raw.parse::<PagedResults>().cookie).unwrap_or_default()
}
