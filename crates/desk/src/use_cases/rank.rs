//! The rank card: the sort time with its rule, and where it stands on the centre's ladder.

use crate::cache::document::{DocumentKey, find_document};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::view::rank::RankCard;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::Policy;
use yuyue_domain::rank::{Ladder, standing};
use yuyue_domain::sort_time::sort_time;

/// Seconds after which a ladder is called stale; the centre sends a changed one every ten.
const STALE_SECONDS: i64 = 120;

impl Desk {
    pub(crate) fn rank_card(
        &self,
        record: &ApplicantRecord,
        subject: Subject,
        policy: &Policy,
    ) -> Result<RankCard, DeskError> {
        let sort_time = sort_time(record, subject, policy);
        let class = record.applicant.class;
        let ladder: Option<Ladder> = find_document(&self.cache, DocumentKey::Ladder(subject, class))?;
        let rank = ladder.map(|ladder| ladder.rank_of(&standing(&record.applicant, sort_time.value)));
        let is_old = rank.is_none_or(|rank| self.now().seconds_since(rank.as_of) > STALE_SECONDS);
        Ok(RankCard {
            class,
            sort_time,
            rank: rank.map(|rank| rank.position),
            of: rank.map(|rank| rank.of),
            as_of: rank.map(|rank| rank.as_of),
            // A ladder that did not change is not sent again: it is only stale when the line is down too.
            stale: is_old && !self.line.is_up(),
        })
    }
}
