use super::{Attack, Raid};
use crate::authorization::{FACES, Face, Row};
use crate::fixture::Company;
use crate::home::both;

/// What stands where a name or an id should; not one of them is anybody's.
const SEGMENTS: &[&str] = &[
    "%",
    "%4",
    "%zz",
    "%%",
    "%u0041",
    "%00",
    "leaver%00",
    "%00leaver",
    "leaver%0d%0aX-Injected:%201",
    // Overlong, cut off, half a surrogate, beyond the last character.
    "%C0%AE%C0%AE",
    "%C0%80",
    "%E0%80%AF",
    "%C3",
    "%FF",
    "%ED%A0%80",
    "%F4%90%80%80",
    "lea%E2%80%AEver",
    // Encoded twice, and ways out of a folder.
    "%2561dmin",
    "%252e%252e%252fadmin",
    "..",
    ".",
    "%2e%2e",
    "..%2f..%2fadmin",
    "leaver%2f..%2fadmin",
    "..%5cadmin",
    // What means something elsewhere.
    "'",
    "''",
    "%27",
    "%22",
    "leaver'--",
    "leaver'%20OR%20'1'='1",
    "1%20OR%201=1",
    "*",
    "%25",
    "_",
    "{}",
    "$1",
    "leaver;x=1",
    "leaver,admin",
    "leaver%2Cadmin",
    "+",
    "[]",
    "null",
    "undefined",
    // Numbers that are none, or nobody's.
    "-1",
    "+1",
    "0",
    "1.0",
    "1e3",
    "0x1",
    "01a",
    "99999999999999999999",
    "9223372036854775808",
    "%31%30%30%30",
];

fn segments() -> Vec<String> {
    let mut segments: Vec<String> = SEGMENTS.iter().map(|segment| (*segment).to_owned()).collect();
    segments.extend([
        "a".repeat(10_000),
        "%61".repeat(10_000),
        "%F0%9F%92%A9".repeat(256),
        "%00".repeat(5_000),
    ]);
    segments
}

/// Whatever is declared there is a new platform's name.
fn makes_what_it_names(row: &Row) -> bool {
    (row.method, row.path) == ("PUT", "/v1/platforms/{name}")
}

#[test]
fn names_that_are_nobodys_find_nobody() {
    both(name_nobody);
}

async fn name_nobody(company: Company) {
    let mut raid = Raid::begin(company).await;
    let segments = segments();
    for face in FACES {
        let path = |row: &Row| row.path.split('?').next().unwrap_or_default();
        let named = |row: &&Row| path(row).contains('{') && !makes_what_it_names(row);
        for row in face.rows.iter().filter(named) {
            for segment in &segments {
                let target = with_name(face, &raid, row, segment);
                raid.try_target(face, row, target).await;
            }
        }
    }
    raid.end();
}

/// The path with `segment` wherever it names somebody; the names of its query stay good.
fn with_name(face: &Face, raid: &Raid, row: &Row, segment: &str) -> String {
    let (path, query) =
        row.path.split_once('?').map_or((row.path, None), |(path, query)| (path, Some(query)));
    let mut spoilt = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        spoilt.push_str(before);
        spoilt.push_str(segment);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    let query = query.map(|query| format!("?{}", face.filled(&raid.stage, row, query))).unwrap_or_default();
    format!("{}{spoilt}{rest}{query}", face.root)
}

impl Raid {
    async fn try_target(&mut self, face: &Face, row: &Row, target: String) {
        let headers = self.headers(face, row);
        let body = face.filled(&self.stage, row, row.body).into_bytes();
        let what = "its path".to_owned();
        self.expect_error(face, Attack { what, method: row.method, target, headers, body }).await;
    }
}

/// Contract sections on `byName(…)`: none of these names `leaver` and nothing else.
const QUOTES: &[&str] = &[
    "byName(userName='leaver',userGroupName='Ops')",
    "byName(userName='nobody',userName='leaver')",
    "byName(userName='nobody',USERNAME='leaver')",
    "byName(userGroupName='leaver')",
    "byName(userId='4')",
    "byName(userName=leaver)",
    "byName(userName=\"leaver\")",
    "byName(userName='leaver)",
    "byName(userName='leaver'",
    "byName(userName=leaver')",
    "byName('leaver')",
    "byName(userName='leaver'')",
    "byName(userName=''leaver'')",
    "byName(userName='leaver'))",
    "byName((userName='leaver')",
    "byName(userName='leaver%00')",
    "byName(userName='leaver%27')",
    "byName(userName='leaver%2527')",
    "byName(userName='leav%65r%')",
    "byName(userName='leaver')x",
    "byName(userName='leaver')byName(userName='leaver')",
    "byName(userName='admin')/../byName(userName='leaver')",
    "byName(userName='leaver','')",
    "byName(userName='leaver',x='1')",
    "byName(x='1',userName='leaver')",
    "byName(userName='')",
    "byName(userName='%20')",
    "byName()",
    "byName(userName%3D%27leaver",
    "by%4Eame(userName='nobody')",
    "xbyName(userName='leaver')",
];

#[test]
fn quotes_let_nobody_else_in() {
    both(quote_names);
}

async fn quote_names(company: Company) {
    let mut raid = Raid::begin(company).await;
    let face = commvault();
    let named = |row: &&Row| row.path.contains("{user}") && !row.path.contains("{group}/");
    for row in face.rows.iter().filter(named) {
        for quoted in QUOTES {
            let target = format!(
                "{}{}",
                face.root,
                face.filled(&raid.stage, row, &row.path.replace("{user}", quoted))
            );
            raid.try_target(face, row, target).await;
        }
    }
    raid.end();
}

fn commvault() -> &'static Face {
    FACES.into_iter().find(|face| face.root == "/webconsole/api/").expect("the Commvault face")
}

/// Queries that name an heir in two ways, or in none that can be read.
const HEIRS: &[&str] = &[
    "newUserId=2&newUserGroupId={group}",
    "newUserId=2&newUserId=3",
    "newUserId=2&NEWUSERID=3",
    "newUserId=%",
    "newUserId=%00",
    "newUserId=-1",
    "newUserId=2x",
    "newUserId=99999999999999999999",
    "newUserId=byName(userName='operator",
    "newUserId=byName(userName='operator',userGroupName='Ops')",
    "newUserId=byName(userName='leaver')",
    "newUserId={user}",
    "newUserId=byName(userName='nobody')&newUserGroupId=0",
    "newUserGroupId=byName(userName='operator')",
    "newUserGroupId=99",
    "newUserGroupId=%FF",
    "newUserGroupId=byName(userGroupName='Ops')&newUserId=byName(userName='operator')",
    "transferToUser=2&newUserId=3",
    "",
    "newUserId",
    "newUserId=0&newUserGroupId=0",
];

#[test]
fn heirs_that_cannot_be_meant_are_refused() {
    both(name_heirs);
}

async fn name_heirs(company: Company) {
    let mut raid = Raid::begin(company).await;
    let face = commvault();
    for row in face.rows.iter().filter(|row| row.method == "DELETE" && row.path.contains("ser/{user}")) {
        let path = row.path.split('?').next().expect("a path");
        for query in HEIRS {
            let target = face.filled(&raid.stage, row, &format!("{path}?{query}"));
            raid.try_target(face, row, format!("{}{target}", face.root)).await;
        }
    }
    raid.end();
}

/// Of every other face: a path, and queries that it cannot be asked with.
const QUERIES: &[(&str, &str, &[&str])] = &[
    (
        "/v1/users",
        "GET",
        &[
            "limit=0",
            "limit=-1",
            "limit=501",
            "limit=99999999999999999999",
            "limit=%00",
            "limit=1&limit=2",
            "after=x",
            "after=-1",
            "x=1",
            "limit=%FF",
        ],
    ),
    (
        "/v1/steps",
        "GET",
        &[
            "",
            "by=engine",
            "by=hand&overdue=maybe",
            "by=hand&limit=0",
            "by=hand&after=c3RlcHM6eA",
            "by=hand&x=1",
        ],
    ),
    (
        "/v1/platforms/{name}/inventory",
        "GET",
        &["limit=0", "limit=501", "after=x", "after=aW52ZW50b3J5OngtMQ", "owned=perhaps", "cursor=1"],
    ),
    (
        "/scim/v2/Users",
        "GET",
        &[
            "filter=userName",
            "filter=userName%20eq%20",
            "filter=password%20eq%20%22x%22",
            "filter=((",
            "filter=%FF",
            "filter=a%20pr&filter=a%20pr",
            "startIndex=x",
            "count=99999999999999999999",
            "cursor=x",
            "cursor=eyJ2IjoxfQ",
            "cursor=&startIndex=1",
            "sortBy=%00",
            "sortBy=nothing",
            "sortOrder=up",
            "attributes=a&excludedAttributes=b",
        ],
    ),
    ("/v1/held-departures", "GET", &["token=x", "token=-1", "limit=0", "after=x", "user=4"]),
    ("/v1/log", "GET", &["after=-1", "after=99999999999999999999", "limit=ten", "user=%00"]),
    (
        "/avxapi/user-search",
        "POST",
        &["", "gwsource", "gwsource=", "gwsource;", "?", "%67wsource=web", "&;&", "a=gwsource=web"],
    ),
    (
        "/avxapi/userGroup",
        "DELETE",
        &[
            "gwsource=web",
            "gwsource=web&userGroupName=%",
            "gwsource=web&userGroupName=%FF",
            "gwsource=web&userGroupName=%00",
            "gwsource=web&userGroupName=%252e",
        ],
    ),
];

#[test]
fn queries_that_cannot_be_answered_are_refused() {
    both(ask_badly);
}

async fn ask_badly(company: Company) {
    let mut raid = Raid::begin(company).await;
    for (path, method, queries) in QUERIES {
        let fits = |face: &&Face| !face.root.is_empty() && path.starts_with(face.root);
        let face = FACES.into_iter().find(fits).unwrap_or(FACES[3]);
        for query in *queries {
            let route = path.strip_prefix(face.root).expect("a path of the face");
            let served = |row: &&Row| row.method == *method && row.path.split('?').next() == Some(route);
            let row = face.rows.iter().find(served).expect("a route");
            let filled = face.filled(&raid.stage, row, path);
            let (what, target) = ("its query".to_owned(), format!("{filled}?{query}"));
            let body = face.filled(&raid.stage, row, row.body).into_bytes();
            let headers = raid.headers(face, row);
            raid.expect_error(face, Attack { what, method, target, headers, body }).await;
        }
    }
    raid.end();
}
