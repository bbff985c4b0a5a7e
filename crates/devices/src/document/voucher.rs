//! 预约凭证: a place was given. What the applicant needs on the day of the test and before.

use super::{Block, Builder, Document, DocumentKind, Printing, qr_text, slip_number, wording};
use std::fmt;
use yuyue_domain::identity::{DocumentNumber, PersonName};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::time::Timestamp;

/// What a 预约凭证 says. The name is printed in full, the number masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Voucher {
    /// The application that was placed.
    pub application: ApplicationId,
    /// By which anybody who holds the paper can have it checked; letters, digits, `-` and `_`. Part of the QR code.
    pub token: String,
    /// 流水号 of the licence application.
    pub serial: u64,
    /// Whose place it is.
    pub name: PersonName,
    /// It is only looked at, where others look on: the name is masked, too.
    pub is_public: bool,
    /// The number of the identity document.
    pub number: DocumentNumber,
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// When the test begins.
    pub starts_at: Timestamp,
    /// The name of the site.
    pub site: String,
    /// The address of the site.
    pub address: String,
    /// Until when (inclusive) the place can be given up at a counter (art. 46, 110).
    pub cancel_by: Timestamp,
    /// The how-manieth booking of the subject it is (预约次数).
    pub booking_count: u32,
    /// Whether it is a priority booking.
    pub priority: bool,
    /// When the centre accepted the application.
    pub accepted_at: Timestamp,
}

impl fmt::Debug for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Voucher({}, redacted)", self.application)
    }
}

impl Voucher {
    /// The voucher.
    #[must_use]
    pub fn to_document(&self, printing: &Printing) -> Document {
        let mode = if self.priority { "优先预约" } else { "普通预约" };
        let subtitle = format!("{} · {mode}", printing.office);
        let mut builder = Builder::new(DocumentKind::Voucher, "考试预约凭证", &subtitle);
        builder.mark_reprint(printing);
        builder.separator();
        let date = self.starts_at.date();
        builder.blocks.push(Block::Headline { text: wording::date(date) });
        let time = format!("{} {}", wording::weekday(date), wording::time(self.starts_at));
        builder.blocks.push(Block::Headline { text: time });
        builder.blocks.push(Block::Place { text: self.site.clone() });
        builder.foot(self.address.clone());
        builder.separator();
        let name = if self.is_public { self.name.masked() } else { self.name.reveal().to_owned() };
        builder.strong_row("申请人", name);
        builder.row("证件号码", self.number.masked());
        builder.row("考试科目", wording::subject(self.subject));
        builder.row("准驾车型", self.class.code());
        builder.row("预约次数", format!("本科目第 {} 次", self.booking_count));
        builder.strong_row("取消截止", wording::moment(self.cancel_by));
        builder.row("流水号", self.serial.to_string());
        builder.row("预约编号", slip_number(self.application));
        builder.row("受理时间", wording::stamp(self.accepted_at));
        builder.separator();
        builder.note("请带上本人身份证明，按时到考场。");
        builder.note(format!(
            "去不了，最晚在 {} 到窗口取消，过时不能取消。取消以后再预约，按取消时间排序。",
            wording::moment(self.cancel_by)
        ));
        builder.note("没有取消又没有到场，按考试不合格处理。");
        builder.qr(format!("{}/{}", qr_text(self.application), self.token), "扫码可核对这张凭证");
        builder.finish(printing)
    }
}
