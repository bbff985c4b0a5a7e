//! Sessions by what people look for: a subject and class, or a subject at a site, in the order of their beginning.

use std::collections::BTreeMap;
use yuyue_domain::ids::SiteId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::session::Session;

/// Indices of sessions in the order of their beginning.
#[derive(Debug)]
pub(crate) struct SessionIndex {
    by_class: BTreeMap<(Subject, LicenceClass), Vec<u32>>,
    by_site: BTreeMap<(Subject, SiteId), Vec<u32>>,
}

impl SessionIndex {
    /// `sessions` in the order of their beginning.
    pub fn new(sessions: &[Session]) -> Self {
        let mut index = Self { by_class: BTreeMap::new(), by_site: BTreeMap::new() };
        for (number, session) in (0..).zip(sessions) {
            for class in &session.classes {
                index.by_class.entry((session.subject, *class)).or_default().push(number);
            }
            index.by_site.entry((session.subject, session.site)).or_default().push(number);
        }
        index
    }

    /// All sessions of a subject and class.
    pub fn of_class(&self, subject: Subject, class: LicenceClass) -> &[u32] {
        self.by_class.get(&(subject, class)).map_or(&[], Vec::as_slice)
    }

    /// All sessions of a subject at a site.
    pub fn of_site(&self, subject: Subject, site: SiteId) -> &[u32] {
        self.by_site.get(&(subject, site)).map_or(&[], Vec::as_slice)
    }
}
