//! What a role owns and what it was granted, in every database. The server keeps one list of it for all of them
//! (`pg_shdepend`), so that a look needs no database but ours; only names need theirs.

use std::collections::BTreeMap;

use super::door::Door;
use super::role::Role;
use super::sentence::first_of;
use super::session::{Session, column};
use crate::connector::MAX_OWNED_NAMES;
use crate::{Failure, Owned};

/// Most databases that are entered for the names of what is owned there.
const MAX_NAMED_DATABASES: usize = 64;

/// What a role has in one database.
pub(super) struct Holding {
    /// `None`: not in a database, but among them, as a database itself is.
    pub(super) database: Option<String>,
    /// Why nobody, or not we, can connect to it.
    pub(super) closed: Option<String>,
    /// What must be handed over before the role can go.
    pub(super) objects: i64,
    /// What goes with the role: privileges, default privileges, user mappings, policies.
    pub(super) grants: i64,
}

/// Default privileges and user mappings are said to be owned, but cannot be handed over.
const HOLDINGS: &str = "\
WITH held AS (
    SELECT d.dbid, d.deptype = 'o' AND d.classid NOT IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass) AS owned
    FROM pg_shdepend d
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = $1 AND d.classid <> 'pg_auth_members'::regclass
)
SELECT b.datname::text,
       CASE WHEN NOT b.datallowconn THEN 'which allows no connections'
            WHEN NOT has_database_privilege(b.oid, 'CONNECT') THEN 'where we may not CONNECT' END,
       count(*) FILTER (WHERE owned), count(*) FILTER (WHERE NOT owned)
FROM held LEFT JOIN pg_database b ON b.oid = held.dbid
WHERE held.dbid = 0 OR b.oid IS NOT NULL
GROUP BY 1, 2 ORDER BY 1 NULLS FIRST";

/// `$2` is whether to tell of what belongs to no database, which any of them can.
const BY_KIND: &str = "\
SELECT i.type, count(*), (array_agg(i.identity ORDER BY i.identity))[1:5]
FROM pg_shdepend d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = $1 AND d.deptype = 'o' AND i.identity IS NOT NULL
  AND d.dbid = CASE WHEN $2 THEN 0 ELSE (SELECT oid FROM pg_database WHERE datname = current_database()) END
GROUP BY 1 ORDER BY 1";

pub(super) async fn holdings(session: &Session, role: &Role) -> Result<Vec<Holding>, Failure> {
    let rows = session.ask(HOLDINGS, &[&role.oid()]).await?;
    let read = |row| {
        Ok(Holding {
            database: column(row, 0)?,
            closed: column(row, 1)?,
            objects: column(row, 2)?,
            grants: column(row, 3)?,
        })
    };
    rows.iter().map(read).collect()
}

impl Holding {
    pub(super) fn place(&self) -> &str {
        self.database.as_deref().unwrap_or("the server itself")
    }
}

/// `12 in sales, 3 in the server itself`.
pub(super) fn told_objects<'a>(holdings: impl IntoIterator<Item = &'a Holding>) -> String {
    told(holdings, |holding| holding.objects)
}

pub(super) fn told_grants<'a>(holdings: impl IntoIterator<Item = &'a Holding>) -> String {
    told(holdings, |holding| holding.grants)
}

fn told<'a>(holdings: impl IntoIterator<Item = &'a Holding>, count: fn(&Holding) -> i64) -> String {
    let held: Vec<_> = holdings.into_iter().filter(|holding| count(holding) > 0).collect();
    let told = |holding: &&Holding| format!("{} in {}", count(holding), holding.place());
    first_of(&held.iter().map(told).collect::<Vec<_>>())
}

/// Everything owned, by kind over all databases. Where a database cannot be entered there are counts only.
pub(super) async fn inventory(door: &Door, session: &Session, role: &Role) -> Result<Vec<Owned>, Failure> {
    let mut kinds = BTreeMap::new();
    for (number, holding) in holdings(session, role).await?.iter().enumerate() {
        let found = match &holding.database {
            None => by_kind(session, role, true).await,
            Some(database) if holding.closed.is_none() && number <= MAX_NAMED_DATABASES => {
                match door.enter(database).await {
                    Ok(inside) => by_kind(&inside, role, false).await,
                    Err(failure) => Err(failure),
                }
            }
            Some(_) => Err(Failure::Refused("not entered".to_owned())),
        };
        match found {
            Ok(found) => found.into_iter().for_each(|owned| add(&mut kinds, owned)),
            Err(failure @ Failure::Credentials(_)) => return Err(failure),
            Err(_) => add(&mut kinds, uncounted(holding)),
        }
    }
    Ok(kinds.into_values().filter(|owned| owned.count > 0).collect())
}

async fn by_kind(session: &Session, role: &Role, shared: bool) -> Result<Vec<Owned>, Failure> {
    let rows = session.ask(BY_KIND, &[&role.oid(), &shared]).await?;
    let read = |row| {
        let names: Vec<String> = column(row, 2)?;
        let count: i64 = column(row, 1)?;
        let place = |name| if shared { name } else { format!("{}: {name}", session.database) };
        Ok(Owned {
            kind: column(row, 0)?,
            count: u64::try_from(count).unwrap_or_default(),
            names: names.into_iter().map(place).collect(),
        })
    };
    rows.iter().map(read).collect()
}

fn uncounted(holding: &Holding) -> Owned {
    Owned {
        kind: "object".to_owned(),
        count: u64::try_from(holding.objects).unwrap_or_default(),
        names: vec![format!("{}: not looked into", holding.place())],
    }
}

fn add(kinds: &mut BTreeMap<String, Owned>, more: Owned) {
    let known = kinds.entry(more.kind.clone()).or_insert_with(|| Owned {
        count: 0,
        names: Vec::new(),
        ..more.clone()
    });
    known.count += more.count;
    known.names.extend(more.names);
    known.names.sort();
    known.names.truncate(MAX_OWNED_NAMES);
}
