//! What a counter says of its open record, and another counter that has the same one open.

use super::TestCentre;
use yuyue_domain::ids::ApplicantId;
use yuyue_protocol::open_record::OpenElsewhere;

impl TestCentre {
    /// Whose record the counter said was open, each time.
    pub fn reported(&self) -> Vec<Option<ApplicantId>> {
        self.with(|books| books.reported.clone())
    }

    /// Another counter opens whatever is open here.
    pub fn open_elsewhere(&self, others: Vec<OpenElsewhere>) {
        self.with(|books| books.elsewhere = others);
    }
}
