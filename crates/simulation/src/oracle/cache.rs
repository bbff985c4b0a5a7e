//! A cache holds exactly the centre's rows that its device may hold.

use rusqlite::Connection;
use std::collections::BTreeSet;
use yuyue_protocol::account::DeviceKind;

/// Rows that every device holds: what they are, and how the cache and the centre name them.
const FOR_EVERYBODY: [(&str, &str, &str); 10] = [
    ("offices", "SELECT body FROM document WHERE kind = 'office'", "SELECT document FROM office"),
    ("sites", "SELECT body FROM document WHERE kind = 'site'", "SELECT document FROM site"),
    (
        "clerks",
        "SELECT body FROM document WHERE kind = 'clerk'",
        "SELECT document FROM clerk WHERE revision IS NOT NULL",
    ),
    ("the policy", "SELECT body FROM document WHERE kind = 'policy'", "SELECT document FROM policy"),
    ("notices", "SELECT body FROM document WHERE kind = 'notice'", "SELECT document FROM notice"),
    ("ladders", "SELECT body FROM document WHERE kind = 'ladder'", "SELECT document FROM ladder"),
    ("publications", "SELECT body FROM document WHERE kind = 'publication'", "SELECT document FROM publication"),
    ("sessions", "SELECT body FROM session", "SELECT document FROM session"),
    ("counts of sessions", "SELECT body FROM session_counts", "SELECT document FROM session_counts"),
    (
        "agreements",
        "SELECT body FROM document WHERE kind = 'agreement'",
        "SELECT document FROM agreement WHERE device = ?1",
    ),
];

/// Rows about people, which a kiosk never holds.
const PERSONAL: [(&str, &str, &str); 3] = [
    ("applicants", "SELECT body FROM applicant_body JOIN applicant USING (id)", "SELECT document FROM applicant"),
    ("applications", "SELECT body FROM application", "SELECT document FROM application"),
    ("results", "SELECT body FROM published_result", "SELECT document FROM published_result"),
];

/// What a cache derives from its rows must follow them.
const DERIVED: [(&str, &str); 3] = [
    ("an application's state", "SELECT 1 FROM application WHERE state <> json_extract(body, '$.state.state')"),
    ("a name's terms", "SELECT 1 FROM applicant WHERE name NOT IN (SELECT name FROM name)"),
    (
        "the counts of rows",
        "SELECT 1 FROM row_count WHERE count <> CASE name WHEN 'applicant' THEN (SELECT count(*) FROM applicant)
             WHEN 'application' THEN (SELECT count(*) FROM application) ELSE (SELECT count(*) FROM session) END",
    ),
];

/// Checks the cache of the device of this number against the centre's file.
pub fn check(centre: &Connection, cache: &Connection, name: u32, kind: DeviceKind) -> Result<(), String> {
    let unreadable = |error: rusqlite::Error| format!("the cache of device {name} cannot be compared: {error}");
    let compare = |what: &str, here: &str, there: Option<&str>| {
        let here = texts(cache, here, None).map_err(unreadable)?;
        let there = there.map_or_else(|| Ok(BTreeSet::new()), |sql| texts(centre, sql, Some(name)));
        compare(name, what, &here, &there.map_err(unreadable)?)
    };
    for (what, here, there) in FOR_EVERYBODY {
        compare(what, here, Some(there))?;
    }
    for (what, here, there) in PERSONAL {
        compare(what, here, Some(there).filter(|_| kind == DeviceKind::Counter))?;
    }
    for (what, sql) in DERIVED {
        if cache.prepare(sql).and_then(|mut statement| statement.exists([])).map_err(unreadable)? {
            return Err(format!("{what} in the cache of device {name} does not follow its rows"));
        }
    }
    Ok(())
}

fn compare(name: u32, what: &str, here: &BTreeSet<String>, there: &BTreeSet<String>) -> Result<(), String> {
    if here == there {
        return Ok(());
    }
    let missing: Vec<_> = there.difference(here).collect();
    let extra: Vec<_> = here.difference(there).collect();
    Err(format!("{what} in the cache of device {name} are not the centre's: without {missing:?}, with {extra:?}"))
}

fn texts(connection: &Connection, sql: &str, device: Option<u32>) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare(sql)?;
    let takes_device = statement.parameter_count() > 0;
    let mut rows = match device.filter(|_| takes_device) {
        Some(device) => statement.query([device])?,
        None => statement.query([])?,
    };
    let mut texts = BTreeSet::new();
    while let Some(row) = rows.next()? {
        texts.insert(row.get(0)?);
    }
    Ok(texts)
}
