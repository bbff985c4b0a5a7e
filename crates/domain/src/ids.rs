//! Identifiers as types of their own, so that a site can never be passed where a session is wanted.
//!
//! The centre's identifiers are small numbers that are unique within one city; an application carries the identifier
//! of the command that asked for it.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(specta::Type))]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

number_id! {
    /// One of the branch offices (车管所 / 分所).
    OfficeId,
    /// An exam site (考场).
    SiteId,
    /// A session (场次): one site, date, time slot, subject and set of classes.
    SessionId,
    /// An applicant (申请人).
    ApplicantId,
    /// A clerk (窗口办事员).
    ClerkId,
    /// An enrolled computer (设备), a counter or a kiosk.
    DeviceId,
    /// A publication (预约结果公示).
    PublicationId,
}

/// An application (预约申请). It is the identifier of the command that asked for it, a `UUIDv7` made by the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(transparent)]
pub struct ApplicationId(pub Uuid);

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
