//! The timeline of 网办进度: what happened to an application, where it stands and what comes next.

use super::{Application, StateKind};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a step of the timeline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Milestone {
    /// It was taken at the device.
    Taken,
    /// It entered, or will enter, this state.
    State {
        /// The state.
        state: StateKind,
    },
    /// 预约结果公示: places are allocated and results published.
    Publication,
    /// The test itself.
    Test,
}

/// How a step of the timeline looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MilestoneStatus {
    /// It lies behind.
    Done,
    /// The application stands here.
    Now,
    /// It is still to come.
    Next,
    /// The application ended here without a test.
    Ended,
}

/// A step of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TimelineStep {
    /// What it is about.
    pub milestone: Milestone,
    /// When it happened or will happen; none when nobody knows yet.
    pub at: Option<Timestamp>,
    /// How it looks.
    pub status: MilestoneStatus,
}

/// The instants that lie ahead of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// The next publication of a session that it accepts.
    pub publication_at: Option<Timestamp>,
    /// When the test of its place begins.
    pub starts_at: Option<Timestamp>,
}

impl Application {
    /// What happened, where it stands and what comes next, in this order.
    #[must_use]
    pub fn timeline_steps(&self, expected: Expected) -> Vec<TimelineStep> {
        use MilestoneStatus::{Done, Ended, Next, Now};
        let mut steps = vec![TimelineStep { milestone: Milestone::Taken, at: Some(self.taken_at), status: Done }];
        let last = self.timeline.len().saturating_sub(1);
        steps.extend(self.timeline.iter().enumerate().map(|(index, transition)| {
            let state = transition.state.kind();
            let status = match state {
                _ if index < last => Done,
                StateKind::AwaitingCode | StateKind::Queued | StateKind::Placed => Now,
                StateKind::Tested => Done,
                StateKind::Unplaced
                | StateKind::Withdrawn
                | StateKind::CancelledByApplicant
                | StateKind::CancelledByOffice
                | StateKind::Superseded
                | StateKind::Lapsed => Ended,
            };
            TimelineStep { milestone: Milestone::State { state }, at: Some(transition.at), status }
        }));
        let next = |milestone, at| TimelineStep { milestone, at, status: Next };
        match self.state.kind() {
            StateKind::AwaitingCode => {
                steps.push(next(Milestone::State { state: StateKind::Queued }, None));
                steps.push(next(Milestone::Publication, expected.publication_at));
            }
            StateKind::Queued => steps.push(next(Milestone::Publication, expected.publication_at)),
            StateKind::Placed => steps.push(next(Milestone::Test, expected.starts_at)),
            _ => {}
        }
        steps
    }
}
