//! The tables of which there is little: offices, sites, clerks, policy, notices, agreements, ladders, publications.

use crate::device::agreement::notice_name;
use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::sync::Arc;
use yuyue_domain::ids::{ClerkId, OfficeId, PublicationId, SiteId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::policy::Policy;

/// Which document.
#[derive(Debug, Clone, Copy)]
pub enum DocumentKey {
    /// A branch office.
    Office(OfficeId),
    /// An exam site.
    Site(SiteId),
    /// A clerk.
    Clerk(ClerkId),
    /// The policy in force.
    Policy,
    /// A notice.
    Notice(NoticeKind),
    /// An agreement of this device.
    Agreement(NoticeKind, u32),
    /// The ranks of a subject and class.
    Ladder(Subject, LicenceClass),
    /// A publication.
    Publication(PublicationId),
}

impl DocumentKey {
    fn parts(self) -> (&'static str, String) {
        match self {
            Self::Office(id) => ("office", id.to_string()),
            Self::Site(id) => ("site", id.to_string()),
            Self::Clerk(id) => ("clerk", id.to_string()),
            Self::Policy => ("policy", String::new()),
            Self::Notice(kind) => ("notice", notice_name(kind).to_owned()),
            Self::Agreement(kind, version) => ("agreement", format!("{} {version}", notice_name(kind))),
            Self::Ladder(subject, class) => ("ladder", format!("{} {class}", subject.number())),
            Self::Publication(id) => ("publication", format!("{:010}", id.0)),
        }
    }
}

/// Writes a document.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_document<T: Serialize>(
    cache: &Connection,
    key: DocumentKey,
    document: &T,
    fill: i64,
) -> Result<(), DeskError> {
    let (kind, key) = key.parts();
    cache
        .prepare_cached(
            "INSERT INTO document (kind, key, body, fill) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (kind, key) DO UPDATE SET body = ?3, fill = ?4",
        )?
        .execute((kind, key, serde_json::to_string(document)?, fill))?;
    Ok(())
}

/// Drops a document.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_document(cache: &Connection, key: DocumentKey) -> Result<(), DeskError> {
    cache.prepare_cached("DELETE FROM document WHERE kind = ?1 AND key = ?2")?.execute(key.parts())?;
    Ok(())
}

/// A document, if it is here.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn find_document<T: DeserializeOwned>(cache: &Connection, key: DocumentKey) -> Result<Option<T>, DeskError> {
    Ok(find_body(cache, key)?.map(|body| serde_json::from_str(&body)).transpose()?)
}

fn find_body(cache: &Connection, key: DocumentKey) -> Result<Option<String>, DeskError> {
    Ok(cache
        .prepare_cached("SELECT body FROM document WHERE kind = ?1 AND key = ?2")?
        .query_row(key.parts(), |row| row.get(0))
        .optional()?)
}

/// The policy as it was last read. Every view looks at it, and reading its text is most of what a view would cost.
#[derive(Default)]
pub struct KnownPolicy(RefCell<Option<(String, Arc<Policy>)>>);

impl KnownPolicy {
    /// The policy in force, read anew only when its text is another one.
    ///
    /// # Errors
    /// As [`find_document`].
    pub fn find(&self, cache: &Connection) -> Result<Option<Arc<Policy>>, DeskError> {
        let Some(body) = find_body(cache, DocumentKey::Policy)? else { return Ok(None) };
        let mut known = self.0.borrow_mut();
        if let Some((_, policy)) = known.as_ref().filter(|(text, _)| *text == body) {
            return Ok(Some(Arc::clone(policy)));
        }
        let policy = Arc::new(serde_json::from_str(&body)?);
        *known = Some((body, Arc::clone(&policy)));
        Ok(Some(policy))
    }
}

/// Of which kind to list all documents.
#[derive(Debug, Clone, Copy)]
pub enum DocumentKind {
    /// Branch offices.
    Office,
    /// Exam sites.
    Site,
    /// Agreements of this device.
    Agreement,
    /// Publications, the newest last.
    Publication,
}

/// All documents of a kind; there are never many.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn list_documents<T: DeserializeOwned>(cache: &Connection, kind: DocumentKind) -> Result<Vec<T>, DeskError> {
    let kind = match kind {
        DocumentKind::Office => "office",
        DocumentKind::Site => "site",
        DocumentKind::Agreement => "agreement",
        DocumentKind::Publication => "publication",
    };
    let mut statement = cache.prepare_cached("SELECT body FROM document WHERE kind = ?1 ORDER BY key")?;
    let mut rows = statement.query([kind])?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        documents.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::CACHE_DB;
    use crate::testing::{key, today};
    use yuyue_sqlite::Place;

    #[test]
    fn a_policy_is_read_once_and_anew_when_it_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = yuyue_sqlite::open(&CACHE_DB, Place::new(&folder.path().join("cache.db"), Some(&key())));
        let cache = cache.expect("a new cache opens");
        let known = KnownPolicy::default();
        assert!(known.find(&cache).expect("readable").is_none(), "nothing is invented before the first fill");

        let mut policy = yuyue_domain::seed::policy(today()).expect("the seed is in force");
        upsert_document(&cache, DocumentKey::Policy, &policy, 1).expect("written");
        let first = known.find(&cache).expect("readable").expect("it is here");
        let again = known.find(&cache).expect("readable").expect("it is still here");
        assert_eq!(*first, policy, "as it was written");
        assert!(Arc::ptr_eq(&first, &again), "the same text is not read twice");

        policy.local.code.digits += 2;
        upsert_document(&cache, DocumentKey::Policy, &policy, 1).expect("written");
        let changed = known.find(&cache).expect("readable").expect("it is here");
        assert_eq!(*changed, policy, "what the centre changed counts at once");
        delete_document(&cache, DocumentKey::Policy).expect("written");
        assert!(known.find(&cache).expect("readable").is_none(), "a policy that is gone is not remembered");
    }
}
