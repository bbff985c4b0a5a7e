//! The steps of the guide and how the stepper shows them.

use crate::notice::NoticeKind;
use serde::{Deserialize, Serialize};

/// A step by the guide's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FlowStep {
    /// 科目确认
    Subject,
    /// 业务须知
    Notice,
    /// 切换优先预约
    PrioritySwitch,
    /// 优先预约业务须知
    PriorityNotice,
    /// 选择场次
    Sessions,
    /// 确认并提交
    Confirm,
}

/// Which of the two flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// 普通预约
    Normal,
    /// 优先预约
    Priority,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StepMark {
    /// Behind us.
    Done,
    /// 本电脑已阅读: passed over.
    Skipped,
    /// Here we are.
    Now,
    /// Still to come.
    Next,
}

/// A step of the stepper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct StepView {
    /// Which.
    pub step: FlowStep,
    /// How it stands.
    pub mark: StepMark,
    /// To which flow it belongs: in which colour.
    pub kind: FlowKind,
}

impl FlowStep {
    /// The guide's name, to the letter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "科目确认",
            Self::Notice => "业务须知",
            Self::PrioritySwitch => "切换优先预约",
            Self::PriorityNotice => "优先预约业务须知",
            Self::Sessions => "选择场次",
            Self::Confirm => "确认并提交",
        }
    }

    /// The notice that the step shows, if it shows one.
    #[must_use]
    pub const fn notice(self) -> Option<NoticeKind> {
        match self {
            Self::Notice => Some(NoticeKind::Booking),
            Self::PriorityNotice => Some(NoticeKind::Priority),
            _ => None,
        }
    }

    /// To which flow the step belongs while the flow is `kind`: both begin alike and part at 切换优先预约.
    pub(super) const fn kind(self, kind: FlowKind) -> FlowKind {
        match self {
            Self::Subject | Self::Notice => FlowKind::Normal,
            Self::PrioritySwitch | Self::PriorityNotice => FlowKind::Priority,
            Self::Sessions | Self::Confirm => kind,
        }
    }
}
