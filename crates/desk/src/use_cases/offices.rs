//! 车管所地址和电话, the exam sites, and the notices to read again.

use crate::cache::document::{DocumentKey, DocumentKind, find_document, list_documents};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::view::offices::OfficesView;
use yuyue_domain::notice::{Notice, NoticeKind};
use yuyue_domain::office::Office;
use yuyue_domain::seed;
use yuyue_domain::session::Site;

impl Desk {
    /// The ways to book: the platform, the telephone and the windows (guide), and the exam sites.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn offices(&self) -> Result<OfficesView, DeskError> {
        let mut offices: Vec<Office> = list_documents(&self.cache, DocumentKind::Office)?;
        offices.sort_by_key(|office| office.id);
        let mut sites: Vec<Site> = list_documents(&self.cache, DocumentKind::Site)?;
        sites.sort_by_key(|site| site.id);
        let ways = seed::offices().map_err(|_| DeskError::NotFilled)?;
        Ok(OfficesView {
            // Before the first fill the guide's own list serves.
            offices: if offices.is_empty() { ways.offices } else { offices },
            own: self.find_identity()?.map(|identity| identity.office),
            sites,
            telephone: ways.service_line,
            platform: ways.platform,
        })
    }

    /// A notice, to be read again at any time.
    ///
    /// # Errors
    /// [`DeskError::NotFilled`] before the centre has sent it.
    pub fn notice(&self, kind: NoticeKind) -> Result<Notice, DeskError> {
        find_document(&self.cache, DocumentKey::Notice(kind))?.ok_or(DeskError::NotFilled)
    }
}
