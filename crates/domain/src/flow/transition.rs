//! What can be done in a flow. Every function returns the flow after it and leaves the one before as it was.

use super::draft::{BookingMode, SessionQuery, SubjectDraft};
use super::refusal::FlowRefusal;
use super::step::{FlowKind, FlowStep};
use super::{Flow, FlowContext};
use crate::application::{Channel, Wish};
use crate::identity::IdentityCheck;
use crate::ids::{SessionId, SiteId};
use crate::intake::check::check_chosen;
use crate::licence::Subject;
use crate::notice::{NoticeKind, NoticeVersion};
use serde::{Deserialize, Serialize};

/// What a person does in a flow; 【预约】 is [`Flow::submission`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum FlowAction {
    /// Choose the subject.
    ChooseSubject {
        /// Which.
        subject: Subject,
    },
    /// Record how the identity was checked.
    CheckIdentity {
        /// How.
        check: IdentityCheck,
    },
    /// 下一步; at 切换优先预约 it goes on without priority.
    Next,
    /// 阅读并同意
    Agree {
        /// The version that was read to its end.
        version: u32,
    },
    /// 切换至优先预约
    SwitchToPriority,
    /// Back to the normal flow, to its 选择场次 as it was.
    ReturnToNormal,
    /// 自主选择考试场次 or 服从系统安排考试
    SetMode {
        /// Which.
        mode: BookingMode,
    },
    /// 查询
    Query {
        /// Dates and sites.
        query: SessionQuery,
    },
    /// The chosen sessions in their order; at most one in the priority flow.
    Choose {
        /// The sessions.
        sessions: Vec<SessionId>,
        /// Whether the order is the applicant's own.
        ordered: bool,
    },
    /// The sites that the system may use.
    AcceptSites {
        /// The sites.
        sites: Vec<SiteId>,
    },
    /// 返回: the step before, with everything that was entered.
    Back,
}

impl Flow {
    /// The flow after an action.
    ///
    /// # Errors
    /// Why the action is not possible here or what is missing, such as [`FlowRefusal::AtFirstStep`] for 返回 at
    /// 科目确认; nothing is changed then.
    pub fn advance(&self, action: FlowAction) -> Result<Self, FlowRefusal> {
        let mut flow = self.clone();
        match (self.step, action) {
            (_, FlowAction::Back) => return self.back(),
            (FlowStep::Subject, FlowAction::ChooseSubject { subject }) => {
                flow.subject = Some(subject);
                flow.check_subject_open()?;
            }
            (FlowStep::Subject, FlowAction::CheckIdentity { check }) => {
                if self.context.channel != Channel::Counter {
                    return Err(FlowRefusal::IdentityCheckNotHere);
                }
                flow.identity_check = Some(check);
            }
            (FlowStep::Subject, FlowAction::Next) => {
                self.check_subject()?;
                flow.step = self.step_after();
            }
            (FlowStep::Notice | FlowStep::PriorityNotice, FlowAction::Agree { version }) => {
                flow.agree(version)?;
                flow.step = flow.step_after();
            }
            (FlowStep::PrioritySwitch, FlowAction::SwitchToPriority) => {
                flow.check_priority_open()?;
                flow.kind = FlowKind::Priority;
                flow.step = flow.step_after();
            }
            (FlowStep::PrioritySwitch, FlowAction::Next) => {
                flow.kind = FlowKind::Normal;
                flow.step = flow.step_after();
            }
            (_, FlowAction::ReturnToNormal) if self.kind == FlowKind::Priority => {
                flow.kind = FlowKind::Normal;
                flow.step = FlowStep::Sessions;
            }
            (FlowStep::Sessions, FlowAction::Next) => {
                self.check_wish()?;
                flow.step = self.step_after();
            }
            (FlowStep::Sessions, entry) => flow.enter(entry)?,
            _ => return Err(FlowRefusal::ActionNotHere { step: self.step }),
        }
        Ok(flow)
    }

    fn back(&self) -> Result<Self, FlowRefusal> {
        let walk = self.walk();
        let before = walk.iter().take_while(|step| **step < self.step).last();
        let step = *before.ok_or(FlowRefusal::AtFirstStep)?;
        Ok(Self { step, kind: self.kind_at(step), ..self.clone() })
    }

    /// The flow in a changed world: it goes back as far as it must and keeps what was entered.
    ///
    /// A notice in a new version is shown again; a subject or a priority booking that is no longer open is left.
    #[must_use]
    pub fn refresh(&self, context: FlowContext) -> Self {
        let mut flow = Self { context, ..self.clone() };
        if flow.step > FlowStep::Subject && flow.check_subject().is_err() {
            flow.step = FlowStep::Subject;
            flow.kind = FlowKind::Normal;
        }
        if !flow.is_priority_open() && (flow.kind == FlowKind::Priority || flow.step == FlowStep::PrioritySwitch) {
            flow.kind = FlowKind::Normal;
            flow.step = FlowStep::Sessions;
        }
        let unread = flow.walk().into_iter().find(|step| step.notice().is_some_and(|notice| !flow.is_agreed(notice)));
        if let Some(notice) = unread.filter(|notice| *notice < flow.step) {
            flow.step = notice;
        }
        flow.kind = flow.kind_at(flow.step);
        flow
    }

    pub(super) fn check_subject(&self) -> Result<Subject, FlowRefusal> {
        let subject = self.check_subject_open()?;
        if self.context.channel == Channel::Counter && self.identity_check.is_none() {
            return Err(FlowRefusal::IdentityCheckMissing);
        }
        Ok(subject)
    }

    pub(super) fn check_wish(&self) -> Result<Wish, FlowRefusal> {
        if self.kind == FlowKind::Priority {
            self.check_priority_open()?;
        }
        let draft = self.draft().ok_or(FlowRefusal::SubjectMissing)?;
        let wish = draft.wish(self.kind)?;
        if let Wish::Choose { sessions, .. } = &wish {
            check_chosen(sessions, self.context.sessions_max)?;
        }
        Ok(wish)
    }

    fn check_subject_open(&self) -> Result<Subject, FlowRefusal> {
        let subject = self.subject.ok_or(FlowRefusal::SubjectMissing)?;
        if self.offer().is_some_and(|offer| offer.is_open) {
            Ok(subject)
        } else {
            Err(FlowRefusal::SubjectNotOpen { subject })
        }
    }

    fn check_priority_open(&self) -> Result<(), FlowRefusal> {
        let subject = self.subject.ok_or(FlowRefusal::SubjectMissing)?;
        if self.is_priority_open() { Ok(()) } else { Err(FlowRefusal::PriorityNotOpen { subject }) }
    }

    fn agree(&mut self, version: u32) -> Result<(), FlowRefusal> {
        let Some(kind) = self.step.notice() else {
            return Err(FlowRefusal::ActionNotHere { step: self.step });
        };
        let present = self.present(kind);
        if present.version != version {
            return Err(FlowRefusal::NoticeChanged { version: present.version });
        }
        let agreed = NoticeVersion { kind, version };
        if !self.agreed_here.contains(&agreed) {
            self.agreed_here.push(agreed);
        }
        Ok(())
    }

    /// An entry at 选择场次.
    fn enter(&mut self, entry: FlowAction) -> Result<(), FlowRefusal> {
        let is_normal = self.kind == FlowKind::Normal;
        let mut draft = self.draft().ok_or(FlowRefusal::SubjectMissing)?;
        match entry {
            FlowAction::Query { query } => {
                query.check()?;
                draft.query = Some(query);
            }
            FlowAction::Choose { sessions, ordered } if is_normal => {
                check_chosen(&sessions, self.context.sessions_max)?;
                draft.chosen = sessions;
                draft.ordered = ordered;
            }
            FlowAction::Choose { sessions, .. } => {
                check_chosen(&sessions, 1)?;
                draft.priority = sessions.first().copied();
            }
            // 优先预约模式下，只提供自选模式
            FlowAction::SetMode { mode } if is_normal => draft.mode = mode,
            FlowAction::AcceptSites { sites } if is_normal => {
                if sites.is_empty() {
                    return Err(FlowRefusal::SitesMissing);
                }
                draft.accepted_sites = sites;
            }
            _ => return Err(FlowRefusal::ActionNotHere { step: self.step }),
        }
        self.keep(draft);
        Ok(())
    }

    fn keep(&mut self, draft: SubjectDraft) {
        match self.drafts.iter_mut().find(|kept| kept.subject == draft.subject) {
            Some(kept) => *kept = draft,
            None => self.drafts.push(draft),
        }
    }

    /// The steps that are really shown, in the order of the guide, which is the order of [`FlowStep`].
    fn walk(&self) -> Vec<FlowStep> {
        use FlowStep::{Confirm, Notice, PriorityNotice, PrioritySwitch, Sessions, Subject};
        [Subject, Notice, PrioritySwitch, PriorityNotice, Sessions, Confirm]
            .into_iter()
            .filter(|step| match step {
                Notice => !self.is_skipped(NoticeKind::Booking),
                PrioritySwitch => self.is_priority_open(),
                PriorityNotice => self.kind == FlowKind::Priority && !self.is_skipped(NoticeKind::Priority),
                Subject | Sessions | Confirm => true,
            })
            .collect()
    }

    /// Before 切换优先预约 is passed, the flow is the normal one.
    fn kind_at(&self, step: FlowStep) -> FlowKind {
        if step <= FlowStep::PrioritySwitch { FlowKind::Normal } else { self.kind }
    }

    fn step_after(&self) -> FlowStep {
        self.walk().into_iter().find(|step| *step > self.step).unwrap_or(self.step)
    }
}
