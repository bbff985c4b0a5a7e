//! Sending codes to the bound phone.

use super::ledger::code_tag;
use super::read::no_policy;
use super::{Caller, Catalogue, Core, entropy_problem, messages, store_problem};
use crate::audit::{Act, Entry};
use crate::secret::Hash;
use crate::store::{AnsweredCode, Batch, CodeLedger, Loaded, NewSms, Store, Wants, Write};
use yuyue_domain::identity::PhoneNumber;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::quota::{Quota, QuotaRule};
use yuyue_domain::verification::{CodePurpose, CodeRefusal, CodeState};
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::error::{ErrorCode, Problem};

impl<S: Store> Core<S> {
    pub(super) async fn send_code(&self, caller: Caller, request: &CodeRequest) -> Result<CodeSent, Problem> {
        let random = self.entropy.bytes().map_err(|error| entropy_problem(&error))?;
        let now = self.now();
        let record = self.store.find_record(request.applicant).await.map_err(|error| store_problem(&error))?;
        let phone = record.as_ref().and_then(|record| record.applicant.phone.as_ref());
        let phone = phone.map(|phone| self.phone_key(phone));
        let wants = Wants {
            quotas: phone.into_iter().chain([self.device_key(caller.device)]).collect(),
            catalogue_after: Some(self.catalogue().revision()),
            applicants: [request.applicant].into(),
            codes: true,
            code_requests: [request.id].into(),
            ..Wants::default()
        };
        let answer = self
            .store
            .transact(&wants, |mut loaded| {
                let mut catalogue = self.catalogue();
                catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
                match self.decide_code(caller, request, &loaded, &catalogue, random, now) {
                    Ok((batch, sent)) => (batch, Ok(sent)),
                    Err(problem) => (Batch::default(), Err(problem)),
                }
            })
            .await;
        answer.map_err(|error| store_problem(&error))?
    }

    fn decide_code(
        &self,
        caller: Caller,
        request: &CodeRequest,
        loaded: &Loaded,
        catalogue: &Catalogue,
        random: [u8; 32],
        now: Timestamp,
    ) -> Result<(Batch, CodeSent), Problem> {
        if let Some(before) = loaded.code_requests.get(&request.id) {
            if before.request != *request {
                return Err(Problem::new(ErrorCode::BadRequest, "the identifier was used for another request"));
            }
            return Ok((Batch::default(), before.answer.clone()));
        }
        if matches!(request.purpose, CodePurpose::Visit { .. }) {
            return Err(Problem::new(ErrorCode::BadRequest, "a visit begins with a typed number"));
        }
        let unknown = || Problem::new(ErrorCode::NotFound, "no such applicant or application");
        let record = loaded.records.get(&request.applicant).ok_or_else(unknown)?;
        if let Some(application) = application_of(request.purpose)
            && !record.applications.iter().any(|own| own.id == application)
        {
            return Err(unknown());
        }
        let phone = record.applicant.phone.as_ref();
        let phone = phone.ok_or_else(|| Problem::new(ErrorCode::NoPhone, "no phone is bound"))?;
        let policy = catalogue.policy.as_deref();
        let rule = &policy.ok_or_else(no_policy)?.local.code;
        let before = loaded.codes.get(&request.applicant).map_or_else(|| CodeState::new(now), |ledger| ledger.state);
        let state = before.issue(request.purpose, now, rule).map_err(|refusal| code_problem(&refusal, now))?;
        let mut batch = Batch::at(now);
        Self::take_code_quota(loaded, &mut batch, self.phone_key(phone), self.phone_rule(), now)?;
        Self::take_code_quota(loaded, &mut batch, self.device_key(caller.device), self.counter_rule(), now)?;

        let digits = digits(random, rule.digits);
        let left = state.remaining(now, rule);
        let sent = CodeSent {
            phone_masked: phone.masked(),
            valid_seconds: left.life_seconds,
            resend_seconds: left.resend_seconds,
            tries_left: left.tries_left,
            sends_left: left.sends_left,
        };
        let ledger = CodeLedger { state, tag: code_tag(&self.key, request.applicant, &digits) };
        let applicant = request.applicant;
        batch.writes.push(Write::CodeLedger { applicant, ledger, at: now });
        let answered = AnsweredCode { request: request.clone(), answer: sent.clone() };
        batch.writes.push(Write::CodeRequest { answered, at: now });
        batch.writes.push(Write::Sms(NewSms {
            phone: phone.reveal().to_owned(),
            text: messages::code(&digits, request.purpose, rule.life_seconds),
            created_at: now,
            expires_at: now.plus_seconds(rule.life_seconds.into()),
        }));
        batch.audit(Entry {
            clerk: caller.clerk_id(),
            device: Some(caller.device),
            applicant: Some(applicant),
            application: application_of(request.purpose),
            ..Entry::new(now, Act::CodeSent)
        });
        Ok((batch, sent))
    }
}

impl<S: Store> Core<S> {
    /// Under which key the codes of a phone are counted.
    pub(super) fn phone_key(&self, phone: &PhoneNumber) -> Hash {
        self.key.tag(&["codes of a phone", phone.reveal()])
    }

    /// How often codes are sent to a phone.
    pub(super) const fn phone_rule(&self) -> QuotaRule {
        QuotaRule { max: self.config.codes_per_phone_day, span_seconds: 24 * 3600 }
    }

    fn device_key(&self, device: DeviceId) -> Hash {
        self.key.tag(&["codes at a device", device.to_string().as_str()])
    }

    const fn counter_rule(&self) -> QuotaRule {
        QuotaRule { max: self.config.codes_per_counter_hour, span_seconds: 3600 }
    }

    /// Counts one more code, or says when it may be asked for again.
    fn take_code_quota(
        loaded: &Loaded,
        batch: &mut Batch,
        key: Hash,
        rule: QuotaRule,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let taken = Quota::take(loaded.quotas.get(&key).copied(), now, rule);
        let quota = taken.map_err(|possible_from| code_problem(&CodeRefusal::CodeLimit { possible_from }, now))?;
        batch.writes.push(Write::Quota { key, quota });
        Ok(())
    }
}

const fn application_of(purpose: CodePurpose) -> Option<yuyue_domain::ids::ApplicationId> {
    match purpose {
        CodePurpose::Apply { .. } | CodePurpose::Visit { .. } => None,
        CodePurpose::Confirm { application }
        | CodePurpose::Withdraw { application }
        | CodePurpose::Cancel { application } => Some(application),
    }
}

/// Evenly spread digits: of 2^128 values the modulus leaves no bias that could be noticed.
pub(super) fn digits(random: [u8; 32], count: u8) -> String {
    let number = random.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let width = usize::from(count.min(9));
    format!("{:0width$}", number % 10_u128.pow(u32::from(count.min(9))))
}

pub(super) fn code_problem(refusal: &CodeRefusal, now: Timestamp) -> Problem {
    let until = |instant: Timestamp| u32::try_from(instant.seconds_since(now).max(1)).unwrap_or(u32::MAX);
    let (code, seconds) = match refusal {
        CodeRefusal::CodeTooSoon { seconds } => (ErrorCode::CodeTooSoon, *seconds),
        CodeRefusal::CodeLimit { possible_from } => (ErrorCode::CodeLimit, until(*possible_from)),
        CodeRefusal::CodeLocked { possible_from } => (ErrorCode::CodeLocked, until(*possible_from)),
        CodeRefusal::CodeNotSent | CodeRefusal::CodeUsed | CodeRefusal::CodeExpired | CodeRefusal::CodeWrong { .. } => {
            return Problem::new(ErrorCode::Internal, "a new code cannot be refused for this");
        }
    };
    Problem::new(code, refusal.to_string()).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_as_many_as_the_policy_says_with_leading_zeros() {
        assert_eq!(digits([0; 32], 6), "000000", "zeros are kept");
        assert_eq!(digits([0xff; 32], 6).len(), 6, "and no more than six");
    }
}
