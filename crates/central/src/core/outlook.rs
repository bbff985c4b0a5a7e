//! The outlook (预计结果): where somebody would end who applied now. What it is worked out from is prepared at most every
//! ten seconds for each subject, from the board of those who wait.

use super::board::Waiter;
use super::read::no_policy;
use super::{Core, spare_priority, store_problem};
use crate::apart::apart;
use crate::causes::Causes;
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;
use yuyue_domain::allocation::{LiveApplication, PlannedSession, SparePriority};
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};
use yuyue_domain::licence::Subject;
use yuyue_domain::outlook::DayOutlooks;
use yuyue_domain::rank_key::RankKey;
use yuyue_domain::sort_time::sort_time;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::query::{OutlookFound, OutlookQuery, WISHED_MAX};

/// Seconds for which a prepared state of the queue is good.
const GOOD_SECONDS: i64 = 10;

/// What was prepared last, by subject and without whom.
pub type Forecasts = BTreeMap<(Subject, Option<ApplicantId>), Arc<Forecast>>;

/// A state of the queue of one subject, prepared for questions.
pub struct Forecast {
    as_of: Timestamp,
    outlooks: DayOutlooks,
}

impl<S: Store> Core<S> {
    pub(super) async fn read_outlook(&self, query: &OutlookQuery) -> Result<OutlookFound, Problem> {
        let wished: BTreeSet<SessionId> = query.sessions.iter().copied().collect();
        if query.sessions.is_empty() || query.sessions.len() > WISHED_MAX || wished.len() < query.sessions.len() {
            let detail = format!("from 1 to {WISHED_MAX} sessions, none twice");
            return Err(Problem::new(ErrorCode::BadRequest, detail));
        }
        let found = self.store().find_record(query.applicant).await.map_err(|error| store_problem(&error))?;
        let record = found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "no such applicant"))?;
        self.refresh_catalogue().await.map_err(|error| store_problem(&error))?;
        let policy = self.catalogue().policy.clone().ok_or_else(no_policy)?;
        let key = RankKey {
            sort_time: sort_time(&record, query.subject, &policy).value,
            accepted_at: record.applicant.accepted_at,
            serial: record.applicant.serial,
            // Serial numbers are unique: the identifier that the application would have decides nothing.
            id: ApplicationId(Uuid::max()),
        };
        let forecast = self.forecast(query, spare_priority(&policy)).await?;
        let outlook = apart(|| forecast.outlooks.find(key, &query.sessions, query.ordered));
        let outlook = outlook.map_err(|unknown| Problem::new(ErrorCode::BadRequest, unknown.to_string()))?;
        Ok(OutlookFound { outlook, as_of: forecast.as_of })
    }

    async fn forecast(&self, query: &OutlookQuery, spare: SparePriority) -> Result<Arc<Forecast>, Problem> {
        // Nobody stands in their own way: whoever waits already has a picture of their own.
        let own = self.board().is_waiting(query.applicant, query.subject).then_some(query.applicant);
        let key = (query.subject, own);
        // Whoever asks meanwhile finds what the first one prepared.
        let _one_at_a_time = self.preparing.lock().await;
        let now = self.now();
        let is_good = |forecast: &Forecast| (0..GOOD_SECONDS).contains(&now.seconds_since(forecast.as_of));
        if let Some(kept) = self.forecasts().get(&key).filter(|forecast| is_good(forecast)) {
            return Ok(Arc::clone(kept));
        }
        let places = self.store().list_priority_places(now).await.map_err(|error| store_problem(&error))?;
        let sessions: Vec<PlannedSession> = {
            let catalogue = self.catalogue();
            let is_of_subject = |id: SessionId| catalogue.sessions.get(&id).is_some_and(|s| s.subject == query.subject);
            catalogue.planned(now, &places).into_iter().filter(|one| is_of_subject(one.id)).collect()
        };
        let waiters = self.board().waiters(query.subject);
        let forecast = Arc::new(apart(|| prepare(&sessions, waiters, query.subject, own, spare, now))?);
        let mut forecasts = self.forecasts();
        // Of the pictures that are somebody's own only the last is kept: nobody else has any use for it.
        let is_of_another = |whose: Option<ApplicantId>| own.is_some() && whose.is_some();
        forecasts.retain(|(_, whose), forecast| is_good(forecast) && !is_of_another(*whose));
        forecasts.insert(key, Arc::clone(&forecast));
        Ok(forecast)
    }
}

fn prepare(
    sessions: &[PlannedSession],
    mut waiters: Vec<Waiter>,
    subject: Subject,
    own: Option<ApplicantId>,
    spare: SparePriority,
    as_of: Timestamp,
) -> Result<Forecast, Problem> {
    let to_come: BTreeSet<SessionId> = sessions.iter().map(|session| session.id).collect();
    waiters.retain_mut(|waiter| {
        waiter.accepts.retain(|session| to_come.contains(session));
        !waiter.accepts.is_empty() && Some(waiter.applicant) != own
    });
    let live = waiters.iter().map(|Waiter { applicant, key, accepts, ordered }| LiveApplication {
        key: *key,
        applicant: *applicant,
        subject,
        accepts,
        ordered: *ordered,
    });
    let live: Vec<LiveApplication<'_>> = live.collect();
    let outlooks = DayOutlooks::new(sessions, &live, spare).map_err(|error| {
        tracing::error!(error = %Causes(&error), "the waiting applications contradict each other");
        Problem::new(ErrorCode::Internal, "the outlook cannot be worked out")
    })?;
    Ok(Forecast { as_of, outlooks })
}
