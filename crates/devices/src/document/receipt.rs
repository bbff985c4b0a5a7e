//! 登记回执: a device has saved what was taken; the centre has not accepted it yet.

use super::{Builder, Document, DocumentKind, Printing, Request, qr_text, slip_number, wording};
use yuyue_domain::identity::{DocumentNumber, PersonName};
use yuyue_domain::ids::{ApplicationId, DeviceId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;

/// What was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// An application.
    Application {
        /// What it asks for.
        request: Request,
        /// Whether the code of the bound phone is still missing.
        awaits_code: bool,
    },
    /// 撤回申请: the application is withdrawn before its allocation.
    Withdrawal {
        /// The application.
        application: ApplicationId,
        /// Whose it is.
        name: PersonName,
        /// The number of the identity document.
        number: DocumentNumber,
        /// Its subject.
        subject: Subject,
    },
    /// 取消预约: a place is given up.
    Cancellation {
        /// The application.
        application: ApplicationId,
        /// Whose it is.
        name: PersonName,
        /// The number of the identity document.
        number: DocumentNumber,
        /// Its subject.
        subject: Subject,
        /// When the test would have begun.
        starts_at: Timestamp,
        /// The name of the site.
        site: String,
    },
}

/// What a 登记回执 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What was taken.
    pub taken: Taken,
    /// The device that took it.
    pub device: DeviceId,
    /// The number that the device gave it; none when it is printed at another device, which does not know it.
    pub number: Option<u64>,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Whether the centre has it, and only waits for what is missing.
    pub is_delivered: bool,
}

impl Receipt {
    /// The slip.
    #[must_use]
    pub fn to_document(&self, printing: &Printing) -> Document {
        let title = match self.taken {
            Taken::Application { .. } => "考试预约登记回执",
            Taken::Withdrawal { .. } => "撤回申请登记回执",
            Taken::Cancellation { .. } => "取消预约登记回执",
        };
        let subtitle = format!("{} · {}", printing.office, printing.place);
        let mut builder = Builder::new(DocumentKind::Receipt, title, &subtitle);
        builder.notice("尚未受理");
        builder.mark_reprint(printing);
        builder.separator();
        match self.number {
            Some(number) => builder.strong_row("登记号", format!("设备 {} 第 {number} 号", self.device)),
            None => builder.row("登记设备", format!("设备 {}", self.device)),
        }
        self.push_taken(&mut builder);
        builder.row("登记时间", wording::stamp(self.taken_at));
        builder.separator();
        builder.notice("本回执不是预约凭证");
        self.push_notes(&mut builder);
        builder.qr(qr_text(self.application()), "在窗口扫码，可直接找到这次办理");
        builder.finish(printing)
    }

    fn application(&self) -> ApplicationId {
        match &self.taken {
            Taken::Application { request, .. } => request.application,
            Taken::Withdrawal { application, .. } | Taken::Cancellation { application, .. } => *application,
        }
    }

    fn push_taken(&self, builder: &mut Builder) {
        match &self.taken {
            Taken::Application { request, .. } => {
                request.push_person(builder);
                request.push_wish(builder);
            }
            Taken::Withdrawal { application, name, number, subject } => {
                push_person(builder, *application, name, number, *subject);
            }
            Taken::Cancellation { application, name, number, subject, starts_at, site } => {
                push_person(builder, *application, name, number, *subject);
                builder.strong_row("取消场次", format!("{} {site}", wording::moment(*starts_at)));
            }
        }
    }

    fn push_notes(&self, builder: &mut Builder) {
        builder.note(if self.is_delivered {
            "这次办理中心已经收到。受理以后，凭本回执可换打受理结果。"
        } else {
            "这次办理已保存在本机，线路恢复后自动送交中心。中心答复以后，凭本回执可换打受理结果。"
        });
        match &self.taken {
            Taken::Application { request, awaits_code } => {
                builder.note("排名按规定的排序时间计算，不因送到中心的早晚而改变。");
                if *awaits_code {
                    builder.note("还差手机验证码：补齐以前不参加排名，也不安排考试。到任一窗口都可以补。");
                }
                request.push_wish_notes(builder);
            }
            Taken::Withdrawal { .. } => builder.note("安排考试以前撤回，不影响以后的排名。"),
            Taken::Cancellation { .. } => {
                builder.note("取消时间以本回执的登记时间为准；以后再预约，按取消时间排序。");
            }
        }
    }
}

fn push_person(
    builder: &mut Builder,
    application: ApplicationId,
    name: &PersonName,
    number: &DocumentNumber,
    subject: Subject,
) {
    builder.strong_row("预约编号", slip_number(application));
    builder.row("申请人", name.masked());
    builder.row("证件号码", number.masked());
    builder.row("考试科目", wording::subject(subject));
}
