//! Which unsettled applications accept a session: the arrows of the search, backwards.

use super::NOWHERE;
use super::number;
use super::preference::{Arrangement, Kind};

/// The seated applications of one kind by the sessions that they accept.
pub(super) struct Holders {
    /// Where each session's applications begin, and how many of them may still lead to it.
    rows: Vec<(usize, u32)>,
    applications: Vec<u32>,
    /// Applications before this one are settled.
    first: u32,
}

impl Holders {
    /// Of the applications from `first` on, which come after all that are settled.
    pub fn new(arrangement: &Arrangement<'_>, kind: Kind, first: u32) -> Self {
        let seated = first..number(arrangement.seat.len());
        let holders = seated.filter(|&application| arrangement.kind(application) == Some(kind));
        let mut rows = vec![(0, 0); arrangement.group.len()];
        for application in holders.clone() {
            for &session in arrangement.accepts(application) {
                rows[session as usize].1 += 1;
            }
        }
        let mut total = 0;
        for (start, length) in &mut rows {
            *start = total;
            total += std::mem::take(length) as usize;
        }
        let mut applications = vec![NOWHERE; total];
        for application in holders {
            for &session in arrangement.accepts(application) {
                let (start, length) = &mut rows[session as usize];
                applications[*start + *length as usize] = application;
                *length += 1;
            }
        }
        Self { rows, applications, first }
    }

    /// All applications before this one are settled.
    pub fn settle_before(&mut self, application: u32) {
        self.first = application;
    }

    /// The application at this position among those that accept the session, sit elsewhere in its group and are not
    /// settled. The others are taken out for good: groups never unite again.
    pub fn find(&mut self, arrangement: &Arrangement<'_>, session: u32, position: usize) -> Option<u32> {
        let group = arrangement.group[session as usize];
        let (start, length) = &mut self.rows[session as usize];
        while position < *length as usize {
            let application = self.applications[*start + position];
            if application >= self.first && arrangement.group[arrangement.seat[application as usize] as usize] == group
            {
                return Some(application);
            }
            *length -= 1;
            self.applications.swap(*start + position, *start + *length as usize);
        }
        None
    }
}
