//! 受理回执: the centre has the application. It is no voucher, and says so.

use super::{Builder, Document, DocumentKind, Printing, Request, qr_text, wording};
use yuyue_domain::time::Timestamp;

/// What a 受理回执 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The application.
    pub request: Request,
    /// When the centre accepted it.
    pub accepted_at: Timestamp,
}

impl Acceptance {
    /// The slip.
    #[must_use]
    pub fn to_document(&self, printing: &Printing) -> Document {
        let subtitle = format!("{} · {}", printing.office, printing.place);
        let mut builder = Builder::new(DocumentKind::Acceptance, "考试预约受理回执", &subtitle);
        builder.mark_reprint(printing);
        builder.separator();
        self.request.push_person(&mut builder);
        self.request.push_wish(&mut builder);
        builder.row("受理时间", wording::stamp(self.accepted_at));
        builder.separator();
        builder.notice("本回执不是预约凭证");
        builder.note("申请已由中心受理，能否排上要等结果公示。");
        self.request.push_wish_notes(&mut builder);
        builder.note("结果可以在网办进度和驾驶人考试预约结果公布里查，中心也会发短信。预约成功后，可以打印预约凭证。");
        builder.qr(qr_text(self.request.application), "在窗口扫码，可直接找到这份申请");
        builder.finish(printing)
    }
}
