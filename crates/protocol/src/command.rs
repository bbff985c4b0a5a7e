//! What a device can ask the centre to do. A command that was taken is never edited: a new one names it in `replaces`.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;
use yuyue_domain::application::Wish;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, ApplicationId, OfficeId};
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::NoticeKind;

/// Six digits that were sent to the bound phone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(redacted)")
    }
}

/// What shows that the applicant wants this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// The code from the bound phone.
    Code {
        /// The six digits.
        code: Code,
    },
    /// The clerk's identity check, recorded at the counter.
    IdentityCheck {
        /// How the person was identified.
        check: IdentityCheck,
    },
}

/// Which document was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// 登记回执: taken here, not yet accepted by the centre
    Receipt,
    /// 受理回执: accepted by the centre
    Acceptance,
    /// 预约凭证: a place was given
    Voucher,
}

/// A command. Its envelope tells who took it, where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// 预约: apply for one subject. The command's identifier becomes the application's.
    Apply {
        /// Who applies.
        applicant: ApplicantId,
        /// The subject.
        subject: Subject,
        /// The sessions, the range, or the priority session.
        wish: Wish,
        /// The office where it is taken.
        office: OfficeId,
        /// How the person was identified, at a counter.
        identity_check: Option<IdentityCheck>,
        /// The code; none when the line was down, then the centre holds the application as 待验证.
        code: Option<Code>,
        /// A refused or unfinished command of this device in whose place this one stands.
        replaces: Option<Uuid>,
    },
    /// Confirm the code of an application that waits for it, from any office.
    ConfirmCode {
        /// The application.
        application: ApplicationId,
        /// The six digits.
        code: Code,
    },
    /// 撤回申请: give up an application before allocation.
    Withdraw {
        /// The application.
        application: ApplicationId,
        /// What shows that the applicant wants it.
        proof: Proof,
    },
    /// 取消预约: give up a place.
    Cancel {
        /// The application.
        application: ApplicationId,
        /// What shows that the applicant wants it.
        proof: Proof,
    },
    /// 阅读并同意: a notice was read to its end and agreed to on this computer.
    AgreeNotice {
        /// Which notice.
        notice: NoticeKind,
        /// Which version of its text.
        version: u32,
        /// For whom.
        applicant: ApplicantId,
    },
    /// A clerk looked at personal data unmasked.
    RecordReveal {
        /// Whose.
        applicant: ApplicantId,
    },
    /// A document was printed.
    RecordPrint {
        /// For which application.
        application: ApplicationId,
        /// Which document.
        document: Document,
        /// 1 for the first print, counting up with every reprint on this device.
        copy: u16,
    },
}
