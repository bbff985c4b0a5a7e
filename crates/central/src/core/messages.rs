//! What the centre writes to phones. No name, number or application stands in a message: phones are lent and lost.

use super::catalogue::Catalogue;
use crate::store::{NewSms, Write};
use chrono::{Datelike as _, Timelike as _};
use yuyue_domain::applicant::Applicant;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::CodePurpose;

/// A result that did not reach a phone within three days is looked up elsewhere.
const RESULT_DAYS: i64 = 3;

/// What tells somebody of a result; nothing without a bound phone.
#[must_use]
pub fn result(applicant: &Applicant, text: String, now: Timestamp) -> Option<Write> {
    let phone = applicant.phone.as_ref()?.reveal().to_owned();
    Some(Write::Sms(NewSms { phone, text, created_at: now, expires_at: now.plus_days(RESULT_DAYS) }))
}

/// A code.
#[must_use]
pub fn code(digits: &str, purpose: CodePurpose, life_seconds: u32) -> String {
    let what = match purpose {
        CodePurpose::Apply { subject } => format!("预约{}考试", subject_name(subject)),
        CodePurpose::Confirm { .. } => "确认预约申请".to_owned(),
        CodePurpose::Withdraw { .. } => "撤回预约申请".to_owned(),
        CodePurpose::Cancel { .. } => "取消考试预约".to_owned(),
        CodePurpose::Visit { .. } => "在自助终端办理业务".to_owned(),
    };
    // No clerk is part of what somebody does alone at a terminal.
    let secret = match purpose {
        CodePurpose::Visit { .. } => "请勿告诉任何人",
        _ => "除窗口办事员外，请勿告诉他人",
    };
    let minutes = life_seconds.div_ceil(60);
    format!("【渝约】验证码{digits}，用于{what}，{minutes}分钟内有效。{secret}。")
}

/// A place was given.
#[must_use]
pub fn placed(catalogue: &Catalogue, session: SessionId) -> Option<String> {
    let (what, when, place) = session_words(catalogue, session)?;
    Some(format!("【渝约】{what}考试预约成功：{when}，{place}。请携带身份证明按时参加，不能参加请提前取消。"))
}

/// A place was given up.
#[must_use]
pub fn cancelled(catalogue: &Catalogue, session: SessionId) -> Option<String> {
    let (what, when, place) = session_words(catalogue, session)?;
    Some(format!("【渝约】{when}{place}的{what}考试预约已取消。"))
}

/// No session could seat an application.
#[must_use]
pub fn unplaced(subject: Subject) -> String {
    format!("【渝约】{}考试预约结果已公示，本次未预约成功，排序时间不变，可以重新预约。", subject_name(subject))
}

/// An application waits for a later publication.
#[must_use]
pub fn waiting(subject: Subject) -> String {
    format!("【渝约】{}考试预约结果已公示，您的申请继续排队，等待下一次公示。", subject_name(subject))
}

/// The code of an application was never confirmed.
#[must_use]
pub fn lapsed(subject: Subject) -> String {
    format!("【渝约】{}考试的预约申请未完成验证，已经失效，可以重新预约。", subject_name(subject))
}

/// The office cancelled a session.
#[must_use]
pub fn cancelled_by_office(subject: Subject) -> String {
    format!("【渝约】您预约的{}考试场次已由考场取消，不影响排序时间，可以重新预约。", subject_name(subject))
}

/// The office cancelled some of the sessions of an application, which waits for the others, or for its code before.
#[must_use]
pub fn sessions_cancelled(catalogue: &Catalogue, sessions: &[SessionId], is_queued: bool) -> Option<String> {
    let (what, when, place) = session_words(catalogue, *sessions.first()?)?;
    let count = match sessions.len() {
        1 => "的".to_owned(),
        several => format!("等{several}个"),
    };
    let rest = if is_queued { "，申请继续有效，排序时间不变" } else { "" };
    Some(format!("【渝约】{when}{place}{count}{what}考试场次已由考场取消，您申请的其他场次不受影响{rest}。"))
}

const fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::One => "科目一",
        Subject::Two => "科目二",
        Subject::Three => "科目三道路驾驶技能",
        Subject::Four => "科目三安全文明驾驶常识",
    }
}

fn session_words(catalogue: &Catalogue, session: SessionId) -> Option<(&'static str, String, String)> {
    let session = catalogue.sessions.get(&session)?;
    let site = catalogue.sites.get(&session.site)?;
    let (date, time) = (session.starts_at.date(), session.starts_at.time_of_day());
    let when = format!("{}月{}日{:02}:{:02}", date.month(), date.day(), time.hour(), time.minute());
    Some((subject_name(session.subject), when, site.name.clone()))
}
