//! Saying who one is: by the number and the code from the phone, or by the identity card.

use super::{Asked, Stage};
use crate::desk::{Desk, lock};
use crate::error::DeskError;
use crate::use_cases::reasons::{reason, reason_with};
use crate::use_cases::submit::checked_code;
use crate::view::booking::ButtonView;
use crate::view::kiosk::{Identified, KioskView, VisitCodeView};
use std::sync::Mutex;
use yuyue_domain::identity::{DocumentNumber, DocumentType, IdentityDocument};
use yuyue_domain::presence::Awaited;
use yuyue_domain::refusal::Refusal;
use yuyue_domain::verification::CodeRefusal;
use yuyue_protocol::account::Secret;
use yuyue_protocol::centre::Visits;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpened, VisitOpening, VisitProof};

/// How often a question whose answer was lost is asked before the person is told.
const TRIES: usize = 3;

/// Takes a typed number and sends a code to its phone, if anybody has it. Whoever was there before is forgotten; whoever
/// has gone back to the number and leaves it as it was comes back to the code, while that is good.
///
/// # Errors
/// [`DeskError::NumberInvalid`], or as the centre says: too early, too many, locked; or there is no line.
pub async fn begin(desk: &Mutex<Desk>, centre: &impl Visits, number: &str) -> Result<KioskView, DeskError> {
    let turn = {
        let mut desk = lock(desk);
        desk.kiosk()?;
        let document =
            IdentityDocument::parse(DocumentType::ResidentCard, number).map_err(|_| DeskError::NumberInvalid)?;
        desk.make_way()?;
        let number = Secret(document.number.reveal().to_owned());
        if let Some(seconds) = desk.come_back(&number)? {
            desk.wait_for(Awaited::Code, seconds);
            return desk.kiosk_view();
        }
        let sent = VisitCode { valid_seconds: 0, resend_seconds: 0, tries_left: 0, sends_left: 0 };
        let sent_at = desk.world.elapsed();
        desk.set_stage(Stage::Asked(Asked { number, sent, sent_at, wrong: false, lost: None }))?;
        desk.turn()
    };
    let sent = send_again(desk, centre).await;
    if sent.is_err() {
        // Nothing was sent, so nothing stands on the screen that could be waited for.
        let mut desk = lock(desk);
        let is_own = desk.turn() == turn;
        if is_own && matches!(&desk.kiosk()?.stage, Stage::Asked(asked) if asked.sent.valid_seconds == 0) {
            desk.set_stage(Stage::Nobody)?;
        }
    }
    sent
}

/// 发送验证码 once more for the number that was typed.
///
/// # Errors
/// As [`begin`]; [`DeskError::NoVisit`] when no number was typed.
pub async fn send_again(desk: &Mutex<Desk>, centre: &impl Visits) -> Result<KioskView, DeskError> {
    let (request, turn) = {
        let desk = lock(desk);
        let Stage::Asked(asked) = &desk.kiosk()?.stage else { return Err(DeskError::NoVisit) };
        (VisitCodeRequest { id: desk.new_id(), number: asked.number.clone() }, desk.turn())
    };
    let mut answer = Err(no_line());
    for _ in 0..TRIES {
        answer = centre.send_visit_code(request.clone()).await;
        if !is_lost(&answer) {
            break;
        }
    }
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    let sent = answer?;
    let now = desk.world.elapsed();
    let kiosk = desk.kiosk_mut()?;
    if let Stage::Asked(asked) = &mut kiosk.stage {
        (asked.sent, asked.sent_at, asked.wrong, asked.lost) = (sent, now, false, None);
    }
    desk.wait_for(Awaited::Code, sent.valid_seconds);
    desk.kiosk_view()
}

/// Opens the visit with the code from the phone. A wrong one stays on the screen.
///
/// # Errors
/// As the centre says: expired, locked; there is no line; or [`DeskError::NoVisit`] when no number was typed.
pub async fn open(desk: &Mutex<Desk>, centre: &impl Visits, code: String) -> Result<KioskView, DeskError> {
    let (opening, turn) = {
        let mut desk = lock(desk);
        let digits = desk.policy()?.local.code.digits;
        let code = checked_code(code, digits)?;
        let fresh = desk.new_id();
        let kiosk = desk.kiosk_mut()?;
        let turn = kiosk.turn;
        let Stage::Asked(asked) = &mut kiosk.stage else { return Err(DeskError::NoVisit) };
        // The same digits whose answer was lost are the same try.
        let id = asked.lost.take().filter(|(_, tried)| *tried == code.0).map_or(fresh, |(id, _)| id);
        asked.lost = Some((id, code.0.clone()));
        (VisitOpening { id, number: asked.number.clone(), proof: VisitProof::Code { code } }, turn)
    };
    let answer = ask(centre, &opening).await;
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    match answer? {
        VisitAnswer::Opened { visit } => desk.welcome(*visit, Identified::Code),
        VisitAnswer::Refused { reason } => desk.refuse_code(reason),
    }
}

/// Opens the visit of whoever's card lies on the reader. Whoever was there before is forgotten.
///
/// # Errors
/// [`DeskError::CardUnknown`] when nobody in this city has the number; as the centre says; or there is no line.
pub async fn open_by_card(
    desk: &Mutex<Desk>,
    centre: &impl Visits,
    number: &DocumentNumber,
) -> Result<KioskView, DeskError> {
    let (opening, turn) = {
        let mut desk = lock(desk);
        desk.make_way()?;
        let number = Secret(number.reveal().to_owned());
        (VisitOpening { id: desk.new_id(), number, proof: VisitProof::Card }, desk.turn())
    };
    let answer = ask(centre, &opening).await;
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    match answer {
        Ok(VisitAnswer::Opened { visit }) => desk.welcome(*visit, Identified::Card),
        Ok(VisitAnswer::Refused { reason }) => Err(desk.refused(&Refusal::Code(reason))),
        Err(problem) if problem.code == ErrorCode::NotFound => Err(DeskError::CardUnknown),
        Err(problem) => Err(problem.into()),
    }
}

async fn ask(centre: &impl Visits, opening: &VisitOpening) -> Result<VisitAnswer, Problem> {
    let mut answer = Err(no_line());
    for _ in 0..TRIES {
        answer = centre.open_visit(opening.clone()).await;
        if !is_lost(&answer) {
            break;
        }
    }
    answer
}

fn no_line() -> Problem {
    Problem::new(ErrorCode::Offline, "the centre was not asked")
}

/// Whether the centre may have answered without being heard.
pub(crate) fn is_lost<T>(answer: &Result<T, Problem>) -> bool {
    answer.as_ref().is_err_and(|problem| matches!(problem.code, ErrorCode::Offline | ErrorCode::BadAnswer))
}

impl Desk {
    /// Forgets whoever was known here, before somebody else says who they are. Whoever is only there stays.
    fn make_way(&mut self) -> Result<(), DeskError> {
        let now = self.world.elapsed();
        let kiosk = self.kiosk()?;
        if matches!(kiosk.stage, Stage::Open { .. }) || kiosk.presence.is_some_and(|presence| presence.is_gone(now)) {
            self.leave()?;
        }
        Ok(())
    }

    /// Back to the code that was sent for this number, while it is good; answers for how many seconds it still is.
    fn come_back(&mut self, number: &Secret) -> Result<Option<u32>, DeskError> {
        let Stage::Asked(asked) = &self.kiosk()?.stage else { return Ok(None) };
        let left = u32::from(self.visit_code_view(asked).valid_seconds);
        let is_good = asked.number == *number && left > 0;
        if is_good && let Stage::Asked(asked) = &mut self.kiosk_mut()?.stage {
            // Nothing has been typed yet that could be wrong.
            asked.wrong = false;
        }
        Ok(is_good.then_some(left))
    }

    fn welcome(&mut self, visit: VisitOpened, identified: Identified) -> Result<KioskView, DeskError> {
        let applicant = visit.record.applicant.id;
        self.visit.open(applicant);
        self.visit.fetched = Some(visit.record);
        let prolonged_at = self.world.elapsed();
        self.set_stage(Stage::Open { applicant, token: visit.token, identified, prolonged_at })?;
        self.arrived(Awaited::Code);
        self.kiosk_view()
    }

    fn refuse_code(&mut self, refusal: CodeRefusal) -> Result<KioskView, DeskError> {
        let Stage::Asked(asked) = &mut self.kiosk_mut()?.stage else { return Err(DeskError::NoVisit) };
        asked.lost = None;
        asked.wrong = true;
        match refusal {
            CodeRefusal::CodeWrong { tries_left } => {
                asked.sent.tries_left = tries_left;
                self.kiosk_view()
            }
            other => {
                if matches!(other, CodeRefusal::CodeLocked { .. }) {
                    asked.sent.tries_left = 0;
                }
                asked.sent.valid_seconds = 0;
                Err(self.refused(&Refusal::Code(other)))
            }
        }
    }

    pub(super) fn visit_code_view(&self, asked: &Asked) -> VisitCodeView {
        let passed = self.world.elapsed().saturating_sub(asked.sent_at).as_secs();
        let left = |seconds: u32| u16::try_from(u64::from(seconds).saturating_sub(passed)).unwrap_or(u16::MAX);
        let resend_seconds = left(asked.sent.resend_seconds);
        let blocked = if !self.line.is_up() {
            Some(reason("no_line"))
        } else if asked.sent.sends_left == 0 {
            Some(reason("sends_used_up"))
        } else if resend_seconds > 0 {
            Some(reason_with("resend_too_early", [("seconds", resend_seconds.to_string())]))
        } else {
            None
        };
        VisitCodeView {
            valid_seconds: left(asked.sent.valid_seconds),
            resend_seconds,
            tries_left: asked.sent.tries_left,
            sends_left: asked.sent.sends_left,
            wrong: asked.wrong,
            send: ButtonView { enabled: blocked.is_none(), reason: blocked },
        }
    }

    /// How long a code lives at most, for those who wait for something else.
    #[must_use]
    pub fn code_life_seconds(&self) -> u32 {
        self.policy().map_or(0, |policy| policy.local.code.life_seconds)
    }
}
