//! Whether a clerk whom this computer has kept for times without line still works here. The centre's word arrives with the
//! feed like any other row: whoever has left, was moved, has another role or another password is asked for by the centre.

use crate::cache::document::{DocumentKey, find_document};
use crate::cache::feed::get_feed;
use crate::desk::Desk;
use crate::device::verifier::delete_verifier;
use crate::error::DeskError;
use yuyue_protocol::account::Clerk;

impl Desk {
    /// Lets in whom the centre still knows as this computer has kept them, and forgets whom it does not.
    ///
    /// # Errors
    /// [`DeskError::OfflineSignInExpired`]; otherwise when a file cannot be used.
    pub(crate) fn check_still_there(&self, kept: &Clerk) -> Result<(), DeskError> {
        if get_feed(&self.cache)?.complete_at.is_none() {
            // The first fill is under way: nothing is known of anybody yet.
            return Ok(());
        }
        let known: Option<Clerk> = find_document(&self.cache, DocumentKey::Clerk(kept.id))?;
        if known.is_some_and(|known| known.renewed_at <= kept.renewed_at) {
            return Ok(());
        }
        delete_verifier(&self.device, &kept.staff_number)?;
        Err(DeskError::OfflineSignInExpired)
    }
}
