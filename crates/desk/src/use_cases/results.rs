//! 驾驶人考试预约结果公布: the published lists.

use crate::cache::application::find_application;
use crate::cache::document::{DocumentKind, list_documents};
use crate::cache::result::{list_results, list_unplaced};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::view::results::{ResultBasis, ResultRow, ResultSession, ResultsPage, ResultsQuery};
use chrono::NaiveDate;
use yuyue_domain::application::Wish;
use yuyue_domain::ids::SessionId;
use yuyue_domain::publication::{Publication, PublicationResult, PublishedResult};

/// Publication days that can be chosen.
const DAYS_MAX: usize = 30;

impl Desk {
    /// A publication day with its sessions and one page of one session's list.
    ///
    /// # Errors
    /// When nobody is signed in, or a file cannot be read.
    pub fn results(&self, query: &ResultsQuery) -> Result<ResultsPage, DeskError> {
        self.reading()?;
        let publications: Vec<Publication> = list_documents(&self.cache, DocumentKind::Publication)?;
        let mut days: Vec<NaiveDate> =
            publications.iter().map(|publication| publication.publication_at.date()).collect();
        days.sort_unstable();
        days.dedup();
        days.reverse();
        days.truncate(DAYS_MAX);
        let day = query.day.or_else(|| days.first().copied());
        let of_day: Vec<&Publication> =
            publications.iter().filter(|publication| Some(publication.publication_at.date()) == day).collect();
        let mut sessions = Vec::new();
        for publication in &of_day {
            for published in &publication.sessions {
                if let Some(session) = self.find_named_session(published.session)? {
                    // The live counts say who still waits: after a publication nearly nobody.
                    let applied = published.applications.max(published.placed.into());
                    let places = u32::from(published.places);
                    sessions.push(ResultSession { session, applied, places, placed: published.placed.into() });
                }
            }
        }
        sessions.sort_by_key(|row| (row.session.session.starts_at, row.session.session.id));
        let session = query.session.or_else(|| sessions.first().map(|row| row.session.session.id));
        let mut rows = match session {
            Some(session) => self.result_rows(&of_day, session)?,
            None => Vec::new(),
        };
        let text = query.text.trim();
        rows.retain(|row| text.is_empty() || row.name_masked.contains(text) || row.number_masked.ends_with(text));
        let total = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let size = usize::try_from(query.page.size.clamp(1, 100)).unwrap_or(100);
        let first = usize::try_from(query.page.index).unwrap_or(usize::MAX).saturating_mul(size);
        Ok(ResultsPage {
            day,
            days,
            published_at: of_day.first().map(|publication| publication.publication_at),
            sessions,
            session,
            rows: rows.into_iter().skip(first).take(size).collect(),
            total,
        })
    }

    fn result_rows(&self, of_day: &[&Publication], session: SessionId) -> Result<Vec<ResultRow>, DeskError> {
        let mut rows = Vec::new();
        for publication in of_day {
            for result in list_results(&self.cache, publication.id, session)? {
                rows.push(self.result_row(result, session)?);
            }
        }
        for publication in of_day {
            for result in list_unplaced(&self.cache, publication.id, session)? {
                rows.push(self.result_row(result, session)?);
            }
        }
        Ok(rows)
    }

    fn result_row(&self, result: PublishedResult, session: SessionId) -> Result<ResultRow, DeskError> {
        let wish = find_application(&self.cache, result.application)?.map(|application| application.wish);
        let basis = match wish {
            Some(Wish::Choose { sessions, .. }) => {
                let index = sessions.iter().position(|chosen| *chosen == session).unwrap_or(0);
                ResultBasis::Choice { preference: u8::try_from(index + 1).unwrap_or(u8::MAX) }
            }
            Some(Wish::Priority { .. }) => ResultBasis::Priority,
            Some(Wish::Assign { .. }) | None => ResultBasis::Assigned,
        };
        Ok(ResultRow {
            rank: result.rank,
            name_masked: result.name_masked,
            number_masked: result.number_masked,
            basis,
            placed: result.result == PublicationResult::Placed { session },
        })
    }
}
