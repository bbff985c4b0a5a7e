//! The two booking flows of the guide as one state machine: 普通考试预约 and 优先考试预约.
//!
//! The state holds everything that was entered, so that 返回, a switch to priority booking and back, a changed notice or
//! another person at the counter lose nothing. It knows no session and no text: what can be chosen and what the rules
//! say of it comes from outside, and the code that confirms the booking is never part of it.

mod draft;
mod refusal;
mod step;
mod transition;

use crate::application::{Channel, Wish};
use crate::identity::IdentityCheck;
use crate::ids::ApplicantId;
use crate::licence::Subject;
use crate::notice::{Consequence, NoticeKind, NoticeVersion};
use serde::{Deserialize, Serialize};

pub use draft::{BookingMode, QUERY_DAYS_MAX, SessionQuery, SubjectDraft};
pub use refusal::FlowRefusal;
pub use step::{FlowKind, FlowStep, StepMark, StepView};
pub use transition::FlowAction;

/// Whether a subject can be booked by this person, and with priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SubjectOffer {
    /// The subject.
    pub subject: Subject,
    /// Whether it can be booked.
    pub is_open: bool,
    /// Whether priority booking is open for it, now and here; it needs the line.
    pub is_priority_open: bool,
}

/// What a flow is told about the world; it may change while somebody is in the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct FlowContext {
    /// A counter or a kiosk.
    pub channel: Channel,
    /// The present version of 业务须知.
    pub booking_notice: u32,
    /// The present version of 优先预约业务须知.
    pub priority_notice: u32,
    /// What was agreed to on this computer, by anybody.
    pub agreed: Vec<NoticeVersion>,
    /// What is open to this person; a subject that is not listed is not.
    pub offers: Vec<SubjectOffer>,
    /// Sessions per application, at most (policy).
    pub sessions_max: u8,
}

/// A booking in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Flow {
    /// For whom.
    pub applicant: ApplicantId,
    /// What the flow was told about the world.
    pub context: FlowContext,
    /// The present step.
    pub step: FlowStep,
    /// Which of the two flows.
    pub kind: FlowKind,
    /// The chosen subject.
    pub subject: Option<Subject>,
    /// How the identity was checked, at a counter.
    pub identity_check: Option<IdentityCheck>,
    /// What the query fields say at first: the last query of this counter.
    pub first_query: Option<SessionQuery>,
    /// What was entered for each subject that was looked at.
    pub drafts: Vec<SubjectDraft>,
    /// What was read and agreed to in this flow: these notices were shown, not skipped.
    pub agreed_here: Vec<NoticeVersion>,
}

/// What 确认并提交 hands over: everything that an application says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Submission {
    /// For whom.
    pub applicant: ApplicantId,
    /// The subject.
    pub subject: Subject,
    /// What is asked for.
    pub wish: Wish,
    /// How the identity was checked, at a counter.
    pub identity_check: Option<IdentityCheck>,
}

impl Flow {
    /// Begins with 科目确认. `first_query` is what the query fields say at first.
    ///
    /// # Errors
    /// [`FlowRefusal::ChannelNotHere`] elsewhere than at a counter or a kiosk.
    pub fn start(
        applicant: ApplicantId,
        context: FlowContext,
        first_query: Option<SessionQuery>,
    ) -> Result<Self, FlowRefusal> {
        if !matches!(context.channel, Channel::Counter | Channel::Kiosk) {
            return Err(FlowRefusal::ChannelNotHere);
        }
        Ok(Self {
            applicant,
            context,
            step: FlowStep::Subject,
            kind: FlowKind::Normal,
            subject: None,
            identity_check: None,
            first_query,
            drafts: vec![],
            agreed_here: vec![],
        })
    }

    /// The stepper: the steps of the guide by its names, in its order.
    ///
    /// A normal flow has 4 steps, a priority flow 6. The page that offers the switch shows where it would lead.
    #[must_use]
    pub fn steps(&self) -> Vec<StepView> {
        use FlowStep::{Confirm, Notice, PriorityNotice, PrioritySwitch, Sessions, Subject};
        let steps: &[FlowStep] = if self.kind == FlowKind::Priority || self.step == PrioritySwitch {
            &[Subject, Notice, PrioritySwitch, PriorityNotice, Sessions, Confirm]
        } else {
            &[Subject, Notice, Sessions, Confirm]
        };
        let now = steps.iter().position(|step| *step == self.step).unwrap_or_default();
        let view = |(index, step): (usize, &FlowStep)| {
            let mark = match step.notice() {
                _ if index == now => StepMark::Now,
                Some(notice) if self.is_skipped(notice) => StepMark::Skipped,
                _ if index < now => StepMark::Done,
                _ => StepMark::Next,
            };
            StepView { step: *step, mark, kind: step.kind(self.kind) }
        };
        steps.iter().enumerate().map(view).collect()
    }

    /// The entries for the chosen subject, empty ones before anything was entered.
    #[must_use]
    pub fn draft(&self) -> Option<SubjectDraft> {
        let subject = self.subject?;
        let found = self.drafts.iter().find(|draft| draft.subject == subject).cloned();
        Some(found.unwrap_or_else(|| SubjectDraft::new(subject, self.first_query.clone())))
    }

    /// Whether a notice is passed over because its present version was agreed to on this computer before.
    #[must_use]
    pub fn is_skipped(&self, kind: NoticeKind) -> bool {
        let present = self.present(kind);
        self.context.agreed.contains(&present) && !self.agreed_here.contains(&present)
    }

    /// Whether an older version of a notice was agreed to on this computer, so that its text is new.
    #[must_use]
    pub fn is_changed(&self, kind: NoticeKind) -> bool {
        let present = self.present(kind);
        !self.context.agreed.contains(&present) && self.context.agreed.iter().any(|agreed| agreed.kind == kind)
    }

    /// What 确认并提交 has to say beside a way to read the notice again; empty when the notices were read in this flow.
    #[must_use]
    pub fn consequences(&self) -> &'static [Consequence] {
        let priority = self.kind == FlowKind::Priority && self.is_skipped(NoticeKind::Priority);
        if priority || self.is_skipped(NoticeKind::Booking) { &Consequence::ALL } else { &[] }
    }

    /// Everything that the application says, at 确认并提交.
    ///
    /// # Errors
    /// When it is another step, or what makes this step reachable no longer holds.
    pub fn submission(&self) -> Result<Submission, FlowRefusal> {
        if self.step != FlowStep::Confirm {
            return Err(FlowRefusal::ActionNotHere { step: self.step });
        }
        let subject = self.check_subject()?;
        let wish = self.check_wish()?;
        Ok(Submission { applicant: self.applicant, subject, wish, identity_check: self.identity_check })
    }

    fn present(&self, kind: NoticeKind) -> NoticeVersion {
        let version = match kind {
            NoticeKind::Booking => self.context.booking_notice,
            NoticeKind::Priority => self.context.priority_notice,
        };
        NoticeVersion { kind, version }
    }

    fn is_agreed(&self, kind: NoticeKind) -> bool {
        let present = self.present(kind);
        self.context.agreed.contains(&present) || self.agreed_here.contains(&present)
    }

    /// The first subject that can be booked, in the order of the subjects: what a person without another wish is here for.
    #[must_use]
    pub fn first_open_subject(&self) -> Option<Subject> {
        self.context.offers.iter().filter(|offer| offer.is_open).map(|offer| offer.subject).min()
    }

    fn offer(&self) -> Option<&SubjectOffer> {
        let subject = self.subject?;
        self.context.offers.iter().find(|offer| offer.subject == subject)
    }

    fn is_priority_open(&self) -> bool {
        self.offer().is_some_and(|offer| offer.is_priority_open)
    }
}

#[cfg(test)]
mod tests;
