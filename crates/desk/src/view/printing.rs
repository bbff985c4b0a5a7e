//! Slips and vouchers: a preview as the printer will print it, and the print job.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::time::Timestamp;

use super::reason::Reason;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "document", rename_all = "snake_case")]
pub enum DocumentKind {
    /// 登记回执: saved at this counter, not yet accepted
    RegistrationSlip {
        /// Which application.
        application: ApplicationId,
    },
    /// 登记回执 of a withdrawal or cancellation: saved at this counter, not yet at the centre
    EndingSlip {
        /// Which application.
        application: ApplicationId,
    },
    /// 受理回执
    AcceptanceSlip {
        /// Which application.
        application: ApplicationId,
    },
    /// 预约凭证, only after 预约成功
    Voucher {
        /// Which application.
        application: ApplicationId,
        /// In large type.
        large: bool,
    },
    /// 业务须知
    Notice {
        /// Which notice.
        kind: NoticeKind,
    },
    /// 车管所地址和电话
    Offices,
    /// 交班单: what the clerk who works here took today and what of it the centre has
    ShiftEnd,
}

/// A document as it will come out of the printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct DocumentPreview {
    /// Which document.
    pub kind: DocumentKind,
    /// One SVG picture a page.
    pub pages_svg: Vec<String>,
    /// The text of the document for screen readers, line by line.
    pub text: Vec<String>,
    /// How often it was printed before; a reprint says so.
    pub printed: u32,
    /// Whether the printer can take it, and why not.
    pub printer: PrinterStatus,
}

/// The printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PrinterStatus {
    /// Whether it is ready.
    pub ready: bool,
    /// Its name; none when there is none.
    pub name: Option<String>,
    /// Why it is not ready.
    pub reason: Option<Reason>,
}

/// A print job, recorded before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PrintJob {
    /// The job.
    pub id: Uuid,
    /// Which document.
    pub kind: DocumentKind,
    /// When it was given to the printer.
    pub at: Timestamp,
    /// Which copy it is, from 1.
    pub copy: u32,
}
