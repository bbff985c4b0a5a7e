//! A person's record: what the centre says, with what was taken at this counter laid over it.

use crate::cache::applicant::find_applicant;
use crate::cache::application::{find_application, list_applications_of};
use crate::cache::document::{DocumentKey, DocumentKind, find_document, list_documents};
use crate::cache::session::find_session;
use crate::desk::Desk;
use crate::device::outbox::{Item, Which, list_items};
use crate::error::DeskError;
use crate::view::applicant::MaskedApplicant;
use crate::view::submission::NamedSession;
use std::collections::BTreeMap;
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::application::{Application, ApplicationState, Channel, Transition, Wish};
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId, SiteId};
use yuyue_domain::licence::LicenceClass;
use yuyue_domain::session::{Session, Site};
use yuyue_protocol::command::Command;
use yuyue_protocol::outcome::{Effect, Outcome};

/// Commands of one person that are looked at.
const ITEMS_MAX: u32 = 100;

impl Desk {
    /// The record with what this counter took laid over it: a registered application counts as waiting for its code, so
    /// that nobody is registered twice.
    pub(crate) fn record(&self, id: ApplicantId) -> Result<ApplicantRecord, DeskError> {
        let mut record = match &self.visit.fetched {
            Some(record) if record.applicant.id == id => record.clone(),
            _ => self.cached_record(id)?.ok_or(DeskError::NotFound)?,
        };
        let class = record.applicant.class;
        for item in list_items(&self.device, Which::For(id), ITEMS_MAX)?.iter().rev() {
            self.lay_over(&mut record.applications, item, class);
        }
        Ok(record)
    }

    pub(crate) fn cached_record(&self, id: ApplicantId) -> Result<Option<ApplicantRecord>, DeskError> {
        let Some(row) = find_applicant(&self.cache, id)? else { return Ok(None) };
        let applications = list_applications_of(&self.cache, id)?;
        Ok(Some(ApplicantRecord { applicant: row.applicant, tests: row.tests, applications }))
    }

    /// An application with what this counter took laid over it.
    pub(crate) fn application_row(&self, id: ApplicationId) -> Result<Application, DeskError> {
        let fetched = self.visit.fetched.iter().flat_map(|record| &record.applications).find(|own| own.id == id);
        let mut found: Vec<Application> = match fetched {
            Some(fetched) => vec![fetched.clone()],
            None => find_application(&self.cache, id)?.into_iter().collect(),
        };
        let items = list_items(&self.device, Which::About(id), ITEMS_MAX)?;
        let applicant = items.iter().find_map(|item| item.applicant).or(found.first().map(|row| row.applicant));
        let class = self.class_of(applicant.ok_or(DeskError::NotFound)?)?;
        for item in &items {
            self.lay_over(&mut found, item, class);
        }
        found.into_iter().find(|application| application.id == id).ok_or(DeskError::NotFound)
    }

    fn class_of(&self, id: ApplicantId) -> Result<LicenceClass, DeskError> {
        match &self.visit.fetched {
            Some(record) if record.applicant.id == id => Ok(record.applicant.class),
            _ => Ok(find_applicant(&self.cache, id)?.ok_or(DeskError::NotFound)?.applicant.class),
        }
    }

    fn lay_over(&self, applications: &mut Vec<Application>, item: &Item, class: LicenceClass) {
        // At a kiosk nothing counts before the centre has answered.
        if !self.is_kiosk() || item.outcome.is_some() {
            lay_over(applications, item, class, self.channel());
        }
    }

    pub(crate) fn sites(&self) -> Result<BTreeMap<SiteId, Site>, DeskError> {
        let sites: Vec<Site> = list_documents(&self.cache, DocumentKind::Site)?;
        Ok(sites.into_iter().map(|site| (site.id, site)).collect())
    }

    pub(crate) fn find_named_session(&self, id: SessionId) -> Result<Option<NamedSession>, DeskError> {
        let Some(session) = find_session(&self.cache, id)? else { return Ok(None) };
        let site: Option<Site> = find_document(&self.cache, DocumentKey::Site(session.site))?;
        Ok(Some(name_session(session, site.as_ref())))
    }

    pub(crate) fn find_masked(&self, id: ApplicantId) -> Result<Option<MaskedApplicant>, DeskError> {
        if let Some(record) = self.visit.fetched.as_ref().filter(|record| record.applicant.id == id) {
            return Ok(Some(mask(&record.applicant)));
        }
        Ok(find_applicant(&self.cache, id)?.map(|row| mask(&row.applicant)))
    }
}

/// The names beside a session.
#[must_use]
pub fn name_session(session: Session, site: Option<&Site>) -> NamedSession {
    let text = |of: fn(&Site) -> &String| site.map(of).cloned().unwrap_or_default();
    NamedSession {
        session,
        site_name: text(|site| &site.name),
        district: text(|site| &site.district),
        address: text(|site| &site.address),
    }
}

/// A person as screens show them.
#[must_use]
pub fn mask(applicant: &Applicant) -> MaskedApplicant {
    MaskedApplicant {
        id: applicant.id,
        name_masked: applicant.name.masked(),
        number_masked: applicant.document.number.masked(),
        phone_masked: applicant.phone.as_ref().map(yuyue_domain::identity::PhoneNumber::masked),
        class: applicant.class,
        business: applicant.business,
    }
}

/// The number of an application as slips print it: the first half of its identifier, which its look-up finds.
#[must_use]
pub fn application_number(id: ApplicationId) -> String {
    let hex = id.0.simple().to_string().to_uppercase();
    format!("{} {} {} {}", &hex[..4], &hex[4..8], &hex[8..12], &hex[12..16])
}

/// What a command of this counter says of the applications, where the centre's feed has not said more yet.
fn lay_over(applications: &mut Vec<Application>, item: &Item, class: LicenceClass, channel: Channel) {
    let Ok(command) = item.envelope.command() else { return };
    let effect = match &item.outcome {
        Some((at, Outcome::Accepted { effect: Effect::Application { application, state } })) => {
            Some((*at, *application, *state))
        }
        Some((_, Outcome::Refused { .. })) => return,
        _ => None,
    };
    let id = effect.map_or(ApplicationId(item.envelope.id), |(_, id, _)| id);
    let is_known = applications.iter().any(|application| application.id == id);
    if let (Command::Apply { .. }, false) = (&command, is_known) {
        if let Some(application) = provisional(item, command, class, channel) {
            applications.push(application);
        }
        return;
    }
    // The feed is newer than the answer when it has a step that is not older.
    if let Some((at, id, state)) = effect
        && let Some(application) = applications.iter_mut().find(|application| application.id == id)
        && application.timeline.last().is_none_or(|last| last.at < at)
    {
        application.state = state;
        application.timeline.push(Transition { at, state, channel, clerk: item.envelope.clerk });
    }
}

fn provisional(item: &Item, command: Command, class: LicenceClass, channel: Channel) -> Option<Application> {
    let Command::Apply { applicant, subject, wish, office, identity_check, .. } = command else { return None };
    let (at, state) = match &item.outcome {
        Some((at, Outcome::Accepted { effect: Effect::Application { state, .. } })) => (*at, *state),
        _ => (item.envelope.taken_at, ApplicationState::AwaitingCode),
    };
    let accepts = match &wish {
        Wish::Choose { sessions, .. } => sessions.clone(),
        Wish::Priority { session } => vec![*session],
        Wish::Assign { .. } => Vec::new(),
    };
    Some(Application {
        id: ApplicationId(item.envelope.id),
        applicant,
        subject,
        class,
        wish,
        accepts,
        channel,
        office,
        device: item.envelope.device,
        clerk: item.envelope.clerk,
        identity_check,
        taken_at: item.envelope.taken_at,
        accepted_at: at,
        state,
        timeline: vec![Transition { at, state, channel, clerk: item.envelope.clerk }],
    })
}
