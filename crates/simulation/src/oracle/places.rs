//! No place oversold, nobody twice in a session, nobody with two live applications for one subject.

use rusqlite::Connection;

/// Each answers a row for whatever breaks the promise in its name.
const PROMISES: [(&str, &str); 7] = [
    (
        "a session has more people than places",
        "SELECT session.id FROM session JOIN application ON application.session = session.id
         WHERE application.state = 'placed' GROUP BY session.id
         HAVING count(*) > json_extract(session.document, '$.places')
             + json_extract(session.document, '$.priority_places')",
    ),
    (
        "a session has more priority bookings than priority places",
        "SELECT session.id FROM session JOIN application ON application.session = session.id
         WHERE application.state = 'placed' AND json_extract(application.document, '$.wish.mode') = 'priority'
         GROUP BY session.id HAVING count(*) > json_extract(session.document, '$.priority_places')",
    ),
    (
        "a normal application has a place before the publication",
        "SELECT session.id FROM session JOIN application ON application.session = session.id
         WHERE application.state = 'placed' AND json_extract(application.document, '$.wish.mode') <> 'priority'
             AND NOT EXISTS (SELECT 1 FROM published_result
                 WHERE published_result.application = application.id AND published_result.session = session.id)",
    ),
    (
        "somebody has two places in one session",
        "SELECT applicant FROM application WHERE state = 'placed' GROUP BY applicant, session HAVING count(*) > 1",
    ),
    (
        "somebody has two live applications for one subject",
        "SELECT applicant FROM application
         WHERE json_extract(document, '$.state.state') IN ('awaiting_code', 'queued', 'placed')
             OR state IN ('awaiting_code', 'queued', 'placed')
         GROUP BY applicant, subject HAVING count(*) > 1",
    ),
    (
        "the count of priority places taken is another one than that of the bookings",
        "SELECT priority_places.session FROM priority_places JOIN session ON session.id = priority_places.session
         WHERE session.cancelled = 0
             AND session.publication_at > (SELECT coalesce(max(publication_at), 0) FROM publication)
             AND taken <> (SELECT count(*) FROM application
                 WHERE application.session = session.id AND state = 'placed'
                     AND json_extract(application.document, '$.wish.mode') = 'priority')",
    ),
    (
        "a column says another state than the application",
        "SELECT id FROM application WHERE state <> json_extract(document, '$.state.state')",
    ),
];

/// Checks them as they must be at every moment.
pub fn check(connection: &Connection) -> Result<(), String> {
    for (promise, sql) in PROMISES {
        let broken = connection.prepare_cached(sql).and_then(|mut statement| statement.exists([]));
        match broken {
            Ok(false) => {}
            Ok(true) => return Err(promise.to_owned()),
            Err(error) => return Err(format!("{promise}? That cannot be read: {error}")),
        }
    }
    Ok(())
}
