//! 车管所地址和电话, and the exam sites.

use serde::{Deserialize, Serialize};
use yuyue_domain::ids::OfficeId;
use yuyue_domain::office::Office;
use yuyue_domain::session::Site;

/// The ways to book: the platform, the telephone and the windows (guide), and the exam sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OfficesView {
    /// The offices in the order of the guide.
    pub offices: Vec<Office>,
    /// The office of this counter.
    pub own: Option<OfficeId>,
    /// The exam sites.
    pub sites: Vec<Site>,
    /// 公益服务专用电话
    pub telephone: String,
    /// The national platform.
    pub platform: String,
}
