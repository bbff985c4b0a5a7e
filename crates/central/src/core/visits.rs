//! Visits: somebody says at a kiosk who they are, and for as long as they are there the kiosk may read and do for them what
//! a counter may for everybody.
//!
//! Tokens are kept as hashes, in memory or where a crash forgets them: whoever is at a kiosk then begins again.

use super::codes::{code_problem, digits};
use super::read::no_policy;
use super::{Caller, Catalogue, Core, entropy_problem, messages, store_problem};
use crate::audit::{Act, Entry};
use crate::secret::{Hash, hash, token_text};
use crate::store::{Batch, CodeLedger, Loaded, NewSms, Store, VisitCodeRow, VisitRow, VisitSpan, Wants, Write};
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::identity::{DocumentType, IdentityDocument};
use yuyue_domain::ids::{ApplicantId, DeviceId};
use yuyue_domain::lookup::Term;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::quota::Quota;
use yuyue_domain::verification::{CodePurpose, CodeRefusal, CodeState};
use yuyue_protocol::account::Secret;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpened, VisitOpening, VisitProof};

/// Codes that one kiosk may ask for in [`ASKED_SECONDS`], whatever the numbers.
const ASKED_MAX: u32 = 30;
const ASKED_SECONDS: u32 = 600;

impl<S: Store> Core<S> {
    /// Whose visit a token stands for; finding it prolongs it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_visit(&self, device: DeviceId, token: &str) -> Result<Option<ApplicantId>, Problem> {
        let (idle_seconds, whole_seconds) = (self.config.visit_seconds, self.config.visit_seconds_max);
        let span = VisitSpan { idle_seconds, whole_seconds };
        let found = self.store.prolong_visit(device, &hash(token.as_bytes()), self.now(), span).await;
        found.map_err(|error| store_problem(&error))
    }

    pub(super) async fn close_visit(&self, caller: Caller) -> Result<(), Problem> {
        self.store.end_visit(caller.device).await.map_err(|error| store_problem(&error))
    }

    /// For how many seconds the caller's visit goes on; that it was recognised has prolonged it.
    pub(super) async fn visit_seconds_left(&self, caller: Caller) -> Result<u32, Problem> {
        let found = self.store.find_visit(caller.device).await.map_err(|error| store_problem(&error))?;
        let left = found.map_or(0, |visit| visit.expires_at.seconds_since(self.now()));
        Ok(u32::try_from(left.max(0)).unwrap_or(0))
    }

    async fn check_asked(&self, device: DeviceId, now: Timestamp) -> Result<(), Problem> {
        let asked = self.store.count_asked(device, now, ASKED_SECONDS).await.map_err(|error| store_problem(&error))?;
        if asked.count <= ASKED_MAX {
            return Ok(());
        }
        let wait = i64::from(ASKED_SECONDS) - now.seconds_since(asked.since);
        let wait = u32::try_from(wait).unwrap_or(1);
        Err(Problem::new(ErrorCode::CodeTooSoon, "too many codes at this kiosk").retry_after(wait))
    }

    pub(super) async fn send_visit_code(
        &self,
        caller: Caller,
        request: &VisitCodeRequest,
    ) -> Result<VisitCode, Problem> {
        let number = normal(&request.number)?;
        let now = self.now();
        self.check_asked(caller.device, now).await?;
        let random = self.entropy.bytes().map_err(|error| entropy_problem(&error))?;
        let person = self.find_by_number(&number).await?;
        let key = self.number_tag(&number);
        let phone = person.as_ref().and_then(|person| person.applicant.phone.as_ref());
        let phone = phone.map(|phone| self.phone_key(phone));
        let wants = Wants { quotas: phone.into_iter().collect(), ..self.visit_wants(key) };
        let answer = self.store.transact(&wants, |mut loaded| {
            let mut catalogue = self.catalogue();
            catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
            let asked = Asked { caller, request: request.id, key, person: person.as_ref(), now };
            match self.decide_visit_code(&asked, &loaded, &catalogue, random) {
                Ok((batch, code)) => (batch, Ok(code)),
                Err(problem) => (Batch::default(), Err(problem)),
            }
        });
        answer.await.map_err(|error| store_problem(&error))?
    }

    fn decide_visit_code(
        &self,
        asked: &Asked<'_>,
        loaded: &Loaded,
        catalogue: &Catalogue,
        random: [u8; 32],
    ) -> Result<(Batch, VisitCode), Problem> {
        let rule = &catalogue.policy.as_deref().ok_or_else(no_policy)?.local.code;
        let Asked { caller, request, key, person, now } = *asked;
        let before = loaded.visit_codes.get(&key);
        let left = |state: &CodeState| {
            let left = state.remaining(now, rule);
            VisitCode {
                valid_seconds: left.life_seconds,
                resend_seconds: left.resend_seconds,
                tries_left: left.tries_left,
                sends_left: left.sends_left,
            }
        };
        if let Some(seen) = before.filter(|row| row.request == request) {
            return Ok((Batch::default(), left(&seen.ledger.state)));
        }
        let state = before.map_or_else(|| CodeState::new(now), |row| row.ledger.state);
        let purpose = CodePurpose::Visit { device: caller.device };
        let state = state.issue(purpose, now, rule).map_err(|refusal| code_problem(&refusal, now))?;
        let digits = digits(random, rule.digits);
        let ledger = CodeLedger { state, tag: self.visit_tag(&key, &digits) };
        let mut batch = Batch::at(now);
        batch.writes.push(Write::VisitCode { number: key, row: VisitCodeRow { request, ledger }, at: now });
        // A phone that gets too many codes gets no more, and whoever asks is answered as always: the answer says nothing about
        // anybody.
        let sent_to = person.and_then(|person| person.applicant.phone.as_ref()).and_then(|phone| {
            let key = self.phone_key(phone);
            let quota = Quota::take(loaded.quotas.get(&key).copied(), now, self.phone_rule()).ok()?;
            Some((phone, Write::Quota { key, quota }))
        });
        if let Some((phone, counted)) = sent_to {
            batch.writes.push(counted);
            batch.writes.push(Write::Sms(NewSms {
                phone: phone.reveal().to_owned(),
                text: messages::code(&digits, purpose, rule.life_seconds),
                created_at: now,
                expires_at: now.plus_seconds(rule.life_seconds.into()),
            }));
        }
        let applicant = person.map(|person| person.applicant.id);
        batch.audit(Entry { device: Some(caller.device), applicant, ..Entry::new(now, Act::CodeSent) });
        Ok((batch, left(&state)))
    }

    pub(super) async fn open_visit(&self, caller: Caller, opening: &VisitOpening) -> Result<VisitAnswer, Problem> {
        let number = normal(&opening.number)?;
        let key = self.number_tag(&number);
        let person = self.find_by_number(&number).await?;
        let token = token_text(self.entropy.bytes().map_err(|error| entropy_problem(&error))?);
        let now = self.now();
        let before = self.store.find_visit(caller.device).await.map_err(|error| store_problem(&error))?;
        let is_asked_again =
            before.is_some_and(|visit| visit.opening == opening.id && visit.number == key && now < visit.expires_at);
        if !is_asked_again {
            match &opening.proof {
                VisitProof::Card if self.config.card_visits => {}
                VisitProof::Card => {
                    return Err(Problem::new(ErrorCode::Forbidden, "this centre trusts no card reader of a kiosk"));
                }
                VisitProof::Code { code } => {
                    let is_known = person.is_some();
                    if let Err(reason) = self.try_visit_code(caller, key, &code.0, is_known).await? {
                        return Ok(VisitAnswer::Refused { reason });
                    }
                }
            }
        }
        let unknown = || Problem::new(ErrorCode::NotFound, "nobody has this number");
        let record = person.ok_or_else(unknown)?;
        let applicant = record.applicant.id;
        let mut batch = Batch::at(now);
        let (device, applicant_of) = (Some(caller.device), Some(applicant));
        batch.audit(Entry { device, applicant: applicant_of, ..Entry::new(now, Act::VisitOpened) });
        self.store.transact(&Wants::default(), |_| (batch, ())).await.map_err(|error| store_problem(&error))?;
        let (idle, token_hash) = (self.config.visit_seconds, hash(token.as_bytes()));
        let expires_at = now.plus_seconds(idle.into());
        let visit =
            VisitRow { opening: opening.id, number: key, token: token_hash, applicant, opened_at: now, expires_at };
        self.store.open_visit(caller.device, &visit).await.map_err(|error| store_problem(&error))?;
        let visit = VisitOpened { token: Secret(token), valid_seconds: idle, record };
        Ok(VisitAnswer::Opened { visit: Box::new(visit) })
    }

    /// Tries a code. For a number that nobody has no code is right, and everything else is as for others.
    async fn try_visit_code(
        &self,
        caller: Caller,
        key: Hash,
        digits: &str,
        is_known: bool,
    ) -> Result<Result<(), CodeRefusal>, Problem> {
        let now = self.now();
        let wants = self.visit_wants(key);
        let tried = self.store.transact(&wants, |mut loaded| {
            let mut catalogue = self.catalogue();
            catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
            let Some(policy) = catalogue.policy.as_deref() else { return (Batch::default(), Err(no_policy())) };
            let Some(row) = loaded.visit_codes.get(&key) else {
                return (Batch::default(), Ok(Err(CodeRefusal::CodeNotSent)));
            };
            let matches = self.key.matches(&visit_parts(&key, digits), &row.ledger.tag) && is_known;
            let purpose = CodePurpose::Visit { device: caller.device };
            let (state, tried) = row.ledger.state.confirm(purpose, matches, now, &policy.local.code);
            let mut batch = Batch::at(now);
            let row = VisitCodeRow { ledger: CodeLedger { state, ..row.ledger }, ..*row };
            batch.writes.push(Write::VisitCode { number: key, row, at: now });
            if tried.is_err() {
                batch.audit(Entry { device: Some(caller.device), ..Entry::new(now, Act::VisitRefused) });
            }
            (batch, Ok(tried))
        });
        tried.await.map_err(|error| store_problem(&error))?
    }

    fn visit_wants(&self, key: Hash) -> Wants {
        let catalogue_after = Some(self.catalogue().revision());
        Wants { catalogue_after, visit_codes: [key].into(), ..Wants::default() }
    }

    async fn find_by_number(&self, number: &str) -> Result<Option<ApplicantRecord>, Problem> {
        let terms = [Term::NumberPrefix(number.to_owned())];
        let found = self.store.search(&terms, 10).await.map_err(|error| store_problem(&error))?;
        let exact = |applicant: &yuyue_domain::applicant::Applicant| {
            applicant.document.kind == DocumentType::ResidentCard && applicant.document.number.reveal() == number
        };
        match found.into_iter().find(exact) {
            Some(applicant) => self.store.find_record(applicant.id).await.map_err(|error| store_problem(&error)),
            None => Ok(None),
        }
    }

    fn number_tag(&self, number: &str) -> Hash {
        self.key.tag(&["visit", number])
    }

    fn visit_tag(&self, number: &Hash, digits: &str) -> Hash {
        self.key.tag(&visit_parts(number, digits))
    }
}

/// A request for a code.
#[derive(Clone, Copy)]
struct Asked<'a> {
    caller: Caller,
    request: Uuid,
    key: Hash,
    person: Option<&'a ApplicantRecord>,
    now: Timestamp,
}

fn visit_parts<'a>(number: &'a Hash, digits: &'a str) -> [&'a [u8]; 3] {
    [b"visit code", number, digits.as_bytes()]
}

/// The normal form of a typed number. Other documents than the resident's card are for the counters.
fn normal(typed: &Secret) -> Result<String, Problem> {
    let wrong = |_| Problem::new(ErrorCode::BadRequest, "this is no number of a resident identity card");
    let document = IdentityDocument::parse(DocumentType::ResidentCard, &typed.0).map_err(wrong)?;
    Ok(document.number.reveal().to_owned())
}
