//! What an application asks for, as both slips print it.

use super::{Builder, slip_number, wording};
use yuyue_domain::identity::{DocumentNumber, PersonName};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::time::{DateRange, Timestamp};

/// A session as a slip names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// When it begins.
    pub starts_at: Timestamp,
    /// The name of its site.
    pub site: String,
    /// Until when applications are taken.
    pub closes_at: Timestamp,
    /// When its result is published.
    pub publication_at: Timestamp,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WishLines {
    /// 自主选择考试场次
    Choose {
        /// The sessions, in order of preference when `ordered`.
        sessions: Vec<SessionLine>,
        /// Whether the order is the applicant's own.
        ordered: bool,
    },
    /// 服从系统安排考试
    Assign {
        /// The range of exam dates.
        dates: DateRange,
        /// The names of the sites.
        sites: Vec<String>,
        /// How many sessions fit now.
        matching: u32,
        /// The first publication of a fitting session; none while no session fits.
        first_publication_at: Option<Timestamp>,
    },
}

/// An application as a slip prints it; name and number are masked on slips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The application.
    pub application: ApplicationId,
    /// 流水号 of the licence application.
    pub serial: u64,
    /// Who applies.
    pub name: PersonName,
    /// The number of the identity document.
    pub number: DocumentNumber,
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// What was asked for.
    pub wish: WishLines,
}

impl Request {
    pub(super) fn push_person(&self, builder: &mut Builder) {
        builder.strong_row("预约编号", slip_number(self.application));
        builder.row("流水号", self.serial.to_string());
        builder.row("申请人", self.name.masked());
        builder.row("证件号码", self.number.masked());
        builder.row("预约科目", wording::subject(self.subject));
        builder.row("准驾车型", self.class.code());
    }

    pub(super) fn push_wish(&self, builder: &mut Builder) {
        match &self.wish {
            WishLines::Choose { sessions, ordered } => {
                builder.row("预约模式", "自主选择考试场次");
                for (index, session) in sessions.iter().enumerate() {
                    let label =
                        if *ordered { format!("第 {} 志愿", index + 1) } else { format!("场次 {}", index + 1) };
                    push_session(builder, &label, session);
                }
            }
            WishLines::Assign { dates, sites, matching, first_publication_at } => {
                builder.row("预约模式", "服从系统安排考试");
                builder.row("考试日期", range(*dates));
                builder.row("考试地点", sites.join("、"));
                builder.row("符合场次", format!("现有 {matching} 场"));
                if let Some(at) = first_publication_at {
                    builder.row("最早公示", wording::moment(*at));
                }
            }
        }
    }

    /// The sentences about choices whose order could be misread, and about the day that is no test day.
    pub(super) fn push_wish_notes(&self, builder: &mut Builder) {
        if let WishLines::Choose { sessions, ordered: true } = &self.wish
            && sessions.len() > 1
        {
            builder.note("不同公示日的场次，先公示的先安排；志愿顺序只在同一公示日内有效。");
        }
        builder.note("公示日只公布结果，这天不是考试日；考试日期以短信和预约凭证为准。");
    }
}

/// A session with its own closing and publication.
fn push_session(builder: &mut Builder, label: &str, session: &SessionLine) {
    builder.strong_row(label, format!("{} {}", wording::moment(session.starts_at), session.site));
    builder.detail(format!("申请截止 {}", wording::moment(session.closes_at)));
    builder.detail(format!("结果公示 {}", wording::moment(session.publication_at)));
}

fn range(dates: DateRange) -> String {
    if dates.first == dates.last {
        return wording::day(dates.first);
    }
    format!("{} 至 {}", wording::day(dates.first), wording::day(dates.last))
}
