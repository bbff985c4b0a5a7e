//! Tells the centre, for as long as a record is open, that it is, and the page at which other counters it is as well.

use crate::host::Host;
use std::sync::Arc;
use std::time::Duration;
use yuyue_desk::use_cases::open_record::report_open_record;
use yuyue_protocol::open_record::REPORT_SECONDS;

/// Reports at once when a record was opened or left, and again and again meanwhile.
pub async fn report(host: Arc<Host>) {
    let every = Duration::from_secs(REPORT_SECONDS.into());
    loop {
        match report_open_record(&host.desk, &*host.line).await {
            Ok(true) => host.tell_state(),
            Ok(false) => {}
            // Whoever follows the centre says what is wrong with the line.
            Err(error) => tracing::debug!(code = error.code(), "the centre was not told what is open"),
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = host.opened.notified() => {}
        }
    }
}
