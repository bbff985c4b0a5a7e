//! The branch offices (车管所 / 分所) of the guide.

use crate::ids::OfficeId;
use serde::{Deserialize, Serialize};

/// A branch office with what people need to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Office {
    /// The centre's number.
    pub id: OfficeId,
    /// The name, such as 渝中车管所.
    pub name: String,
    /// 区县
    pub district: String,
    /// The telephone number as the guide prints it.
    pub telephone: String,
    /// The address as the guide prints it.
    pub address: String,
}
