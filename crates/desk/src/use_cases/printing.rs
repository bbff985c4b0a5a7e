//! What slips and vouchers are made of, and the print job, recorded before the printer gets it and again after.
//!
//! How a document is worded and set is not decided here: the window gives these facts to `yuyue-devices`.

use crate::cache::session::find_session;
use crate::desk::Desk;
use crate::device::outbox::find_item;
use crate::device::print_job::{count_prints, finish_print_job, insert_print_job};
use crate::error::DeskError;
use crate::view::app::ShiftSummary;
use crate::view::offices::OfficesView;
use crate::view::printing::{DocumentKind, PrintJob};
use crate::view::progress::Registered;
use crate::view::submission::NamedSession;
use yuyue_domain::applicant::Applicant;
use yuyue_domain::application::{Application, ApplicationState, StateKind, Wish};
use yuyue_domain::eligibility::count_bookings;
use yuyue_domain::ids::{ApplicationId, DeviceId};
use yuyue_domain::notice::Notice;
use yuyue_domain::office::Office;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::command::{Command, Document};
use yuyue_protocol::envelope::Envelope;

/// What a document is made of.
#[derive(Debug, Clone)]
pub enum Printable {
    /// 登记回执: taken here, not yet accepted by the centre.
    Receipt {
        /// What was asked for.
        request: Box<Requested>,
        /// This device's running number of the command; none when it was taken at another device.
        number: Option<u64>,
        /// Whether the centre has it.
        is_delivered: bool,
        /// Whether the code of the bound phone is still missing.
        awaits_code: bool,
    },
    /// 登记回执 of 撤回申请 or 取消预约: taken here, not yet at the centre.
    Ending {
        /// What was asked for.
        request: Box<Requested>,
        /// The place that is given up; none when the application is withdrawn.
        place: Option<Box<NamedSession>>,
        /// This device's running number of the command.
        number: u64,
        /// When it was taken.
        taken_at: Timestamp,
    },
    /// 受理回执: accepted by the centre.
    Acceptance {
        /// What was asked for.
        request: Box<Requested>,
    },
    /// 预约凭证: a place was given.
    Voucher {
        /// What was asked for.
        request: Box<Requested>,
        /// The place.
        place: Box<NamedSession>,
        /// The how-manieth booking of the subject this is.
        booking_count: u32,
        /// In large type.
        large: bool,
        /// It is looked at where others look on, and shows no full name.
        is_public: bool,
    },
    /// A notice.
    Notice(Notice),
    /// 车管所地址和电话
    Offices(Box<OfficesView>),
    /// 交班单
    ShiftEnd(Box<ShiftSummary>),
}

/// Who asked for what.
#[derive(Debug, Clone)]
pub struct Requested {
    /// The person.
    pub applicant: Applicant,
    /// The application.
    pub application: Application,
    /// Its sessions in its order; at most five, none for 服从系统安排.
    pub sessions: Vec<NamedSession>,
    /// The names of the chosen sites, for 服从系统安排.
    pub sites: Vec<String>,
    /// The first publication of a session that it accepts.
    pub first_publication_at: Option<Timestamp>,
}

/// Where, when and by whom a document is printed.
#[derive(Debug, Clone)]
pub struct PrintedBy {
    /// The centre's time.
    pub at: Timestamp,
    /// Which copy it is, from 1; a reprint says that it is one.
    pub copy: u32,
    /// The office.
    pub office: Option<Office>,
    /// The device.
    pub device: DeviceId,
    /// Its label.
    pub label: String,
    /// The clerk's staff number; none at a kiosk.
    pub staff_number: Option<String>,
    /// 公益服务专用电话
    pub service_line: String,
}

impl Desk {
    /// What a document would be made of if it were printed now, for the screen: at a kiosk others may see that as well.
    /// Nothing is recorded.
    ///
    /// # Errors
    /// [`DeskError::NotYet`] when the application has not come so far; [`DeskError::NotFound`].
    pub fn printable(&self, kind: DocumentKind) -> Result<(Printable, PrintedBy), DeskError> {
        let copy = count_prints(&self.device, &self.document_key(kind)?)? + 1;
        let mut facts = self.facts(kind)?;
        if let Printable::Voucher { is_public, .. } = &mut facts {
            *is_public = self.is_kiosk();
        }
        Ok((facts, self.printed_by(copy)?))
    }

    /// Records that a document is about to be printed. Whoever prints calls [`Self::print_finished`] with how it went.
    ///
    /// # Errors
    /// As [`Self::printable`], or when the job cannot be recorded: then nothing may be printed.
    pub fn print_begin(&mut self, kind: DocumentKind) -> Result<(PrintJob, Printable, PrintedBy), DeskError> {
        let facts = self.facts(kind)?;
        let (id, at) = (self.new_id(), self.now());
        let copy = insert_print_job(&self.device, id, &self.document_key(kind)?, at)?;
        Ok((PrintJob { id, kind, at, copy }, facts, self.printed_by(copy)?))
    }

    /// Records how a print job ended; a document of an application that came out is told to the centre.
    ///
    /// # Errors
    /// [`DeskError::Printer`] with what the printer complained of; otherwise when it cannot be recorded.
    pub fn print_finished(&mut self, job: &PrintJob, result: Result<(), String>) -> Result<(), DeskError> {
        let now = self.now();
        if let Err(complaint) = result {
            finish_print_job(&self.device, job.id, now, Some(&complaint))?;
            return Err(DeskError::Printer(complaint));
        }
        finish_print_job(&self.device, job.id, now, None)?;
        let (application, document) = match job.kind {
            DocumentKind::RegistrationSlip { application } | DocumentKind::EndingSlip { application } => {
                (application, Document::Receipt)
            }
            DocumentKind::AcceptanceSlip { application } => (application, Document::Acceptance),
            DocumentKind::Voucher { application, .. } => (application, Document::Voucher),
            DocumentKind::Notice { .. } | DocumentKind::Offices | DocumentKind::ShiftEnd => return Ok(()),
        };
        let applicant = self.application_row(application)?.applicant;
        let copy = u16::try_from(job.copy).unwrap_or(u16::MAX);
        let command = Command::RecordPrint { application, document, copy };
        // The job's own identifier: however often its end is told, the centre hears of one print.
        self.take(job.id, &command, Some(applicant), None, |_| Ok(()))?;
        Ok(())
    }

    fn facts(&self, kind: DocumentKind) -> Result<Printable, DeskError> {
        match kind {
            DocumentKind::Notice { .. } | DocumentKind::Offices => self.reading()?,
            _ => drop(self.acting()?),
        }
        Ok(match kind {
            DocumentKind::RegistrationSlip { application } => {
                let request = self.requested(application)?;
                let item = find_item(&self.device, application.0)?;
                if item.as_ref().is_some_and(crate::device::outbox::Item::is_refused) {
                    return Err(DeskError::NotFound);
                }
                let unanswered = item.as_ref().filter(|item| item.outcome.is_none());
                let awaits_code = match unanswered.map(|item| item.envelope.command()).transpose()? {
                    Some(Command::Apply { code, .. }) => code.is_none(),
                    _ => request.application.state.kind() == StateKind::AwaitingCode,
                };
                Printable::Receipt {
                    is_delivered: unanswered.is_none(),
                    awaits_code,
                    number: item.map(|item| item.envelope.number),
                    request: Box::new(request),
                }
            }
            DocumentKind::EndingSlip { application } => self.ending_slip(application)?,
            DocumentKind::AcceptanceSlip { application } => {
                let request = self.requested(application)?;
                let is_held = request.application.state.kind() == StateKind::AwaitingCode;
                if is_held || self.is_unanswered(application) {
                    return Err(DeskError::NotYet);
                }
                Printable::Acceptance { request: Box::new(request) }
            }
            DocumentKind::Voucher { application, large } => self.voucher(application, large)?,
            DocumentKind::Notice { kind } => Printable::Notice(self.notice(kind)?),
            DocumentKind::Offices => Printable::Offices(Box::new(self.offices()?)),
            DocumentKind::ShiftEnd => Printable::ShiftEnd(Box::new(self.shift_summary()?)),
        })
    }

    fn ending_slip(&self, application: ApplicationId) -> Result<Printable, DeskError> {
        let request = self.requested(application)?;
        let (registered, item) = self.find_registered(application)?.ok_or(DeskError::NotFound)?;
        let place = match registered {
            Registered::Withdraw => None,
            Registered::Cancel => {
                let session = request.application.session().ok_or(DeskError::NotFound)?;
                Some(Box::new(self.find_named_session(session)?.ok_or(DeskError::NotFound)?))
            }
            Registered::ConfirmCode => return Err(DeskError::NotFound),
        };
        let Envelope { number, taken_at, .. } = item.envelope;
        Ok(Printable::Ending { request: Box::new(request), place, number, taken_at })
    }

    fn voucher(&self, application: ApplicationId, large: bool) -> Result<Printable, DeskError> {
        let request = self.requested(application)?;
        let ApplicationState::Placed { session, .. } = request.application.state else {
            return Err(DeskError::NotYet);
        };
        let place = self.find_named_session(session)?.ok_or(DeskError::NotFound)?;
        let record = self.record(request.application.applicant)?;
        // The booking that this voucher is for is one of them: whoever has a place has no other one of the subject.
        let booking_count = count_bookings(&record, request.application.subject, &*self.policy()?);
        Ok(Printable::Voucher {
            request: Box::new(request),
            place: Box::new(place),
            booking_count: u32::from(booking_count),
            large,
            is_public: false,
        })
    }

    fn requested(&self, id: ApplicationId) -> Result<Requested, DeskError> {
        let application = self.application_row(id)?;
        let applicant = self.record(application.applicant)?.applicant;
        let mut sessions = Vec::new();
        let mut sites = Vec::new();
        if let Wish::Assign { sites: chosen, .. } = &application.wish {
            let known = self.sites()?;
            sites.extend(chosen.iter().filter_map(|id| known.get(id)).map(|site| site.name.clone()));
        } else {
            for session in &application.accepts {
                sessions.extend(self.find_named_session(*session)?);
            }
        }
        let mut first_publication_at: Option<Timestamp> = None;
        for id in &application.accepts {
            let at = find_session(&self.cache, *id)?.map(|session| session.instants.publication_at);
            first_publication_at = first_publication_at.into_iter().chain(at).min();
        }
        Ok(Requested { applicant, application, sessions, sites, first_publication_at })
    }

    fn printed_by(&self, copy: u32) -> Result<PrintedBy, DeskError> {
        let identity = self.identity()?;
        let view = self.offices()?;
        Ok(PrintedBy {
            at: self.now(),
            copy,
            office: view.offices.into_iter().find(|office| office.id == identity.office),
            device: identity.device,
            label: identity.label,
            staff_number: self.clerk().ok().map(|clerk| clerk.staff_number),
            service_line: view.telephone,
        })
    }

    /// By what copies of one document are counted: one in large type is another copy of the same, and each clerk has an
    /// end of the shift every day.
    fn document_key(&self, kind: DocumentKind) -> Result<String, DeskError> {
        Ok(match kind {
            DocumentKind::ShiftEnd => serde_json::to_string(&(kind, self.clerk()?.id, self.now().date()))?,
            DocumentKind::Voucher { application, .. } => {
                serde_json::to_string(&DocumentKind::Voucher { application, large: false })?
            }
            other => serde_json::to_string(&other)?,
        })
    }
}
