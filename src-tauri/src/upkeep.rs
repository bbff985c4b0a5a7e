//! The task that comes by once an hour: it lets the desk renew its certificate and keep the end of the centre's audit.

use crate::host::Host;
use std::sync::Arc;
use yuyue_desk::error::DeskError;
use yuyue_desk::upkeep::{UPKEEP_EVERY, UpkeepError, look_after};
use yuyue_protocol::error::ErrorCode;

/// Looks after this computer for as long as the program runs.
pub async fn keep_up(host: Arc<Host>) {
    loop {
        match look_after(&host.desk, &*host.line, |line| host.line.renew(line)).await {
            // A contradiction stands in the log already; before the enrolment and without line there is nothing to do.
            Ok(_) | Err(UpkeepError::Desk(DeskError::NotEnrolled)) => {}
            Err(UpkeepError::Centre(problem)) if problem.code == ErrorCode::Offline => {}
            Err(error) => {
                if let UpkeepError::Desk(error) = &error {
                    host.note(error);
                }
                tracing::error!(error = &error as &dyn std::error::Error, "this computer is not looked after");
            }
        }
        tokio::time::sleep(UPKEEP_EVERY).await;
    }
}
