//! The one task that keeps this computer in step with the centre: it follows the feed, sends what was taken, and waits for
//! news, for work or for the next try. Rounds and waits are the desk's; here is only the waiting.

use crate::host::Host;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;
use yuyue_desk::client::{HeadStream, Heard};
use yuyue_desk::desk::{lock, mend};
use yuyue_desk::follow::{Followed, follow_once};
use yuyue_desk::sync::Sync;
use yuyue_desk::view::events::{ApplicationChanged, HostEvent, PublicationDay};
use yuyue_protocol::error::{ErrorCode, Problem};

/// The frame is told anew at least this often. The centre says every 5 seconds that it is there: a line that says nothing for
/// so long is dead, although nobody has ended the connection.
const QUIET_MAX: Duration = Duration::from_secs(12);

/// Follows the centre for as long as the program runs.
pub async fn follow(host: Arc<Host>, mut sync: Sync) {
    let mut switched = host.line.switched();
    let mut stream: Option<HeadStream> = None;
    loop {
        if host.damaged.load(Ordering::Relaxed) {
            match mend(&host.desk, &mut sync) {
                Ok(()) => host.damaged.store(false, Ordering::Relaxed),
                Err(error) => tracing::error!(code = error.code(), "the local files cannot be mended"),
            }
            host.tell_state();
        }
        let followed = match follow_once(&host.desk, &mut sync, &*host.line).await {
            Ok(followed) => followed,
            Err(error) => {
                tracing::error!(code = error.code(), "following the centre failed on this computer");
                // A file on which a write has failed is opened anew before anything is written to it again.
                host.note(&error);
                host.damaged.fetch_or(error.ends_connection(), Ordering::Relaxed);
                Followed::failed(QUIET_MAX)
            }
        };
        tell(&host, &followed);
        if followed.more {
            continue;
        }
        match followed.wait {
            Some(wait) => {
                stream = None;
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = host.wake.notified() => {}
                    _ = switched.changed() => {}
                }
            }
            None => {
                tokio::select! {
                    heard = news(&host, &mut stream) => if heard.is_err() { stream = None },
                    () = host.wake.notified() => {}
                    _ = switched.changed() => stream = None,
                }
            }
        }
    }
}

/// Waits until the centre says something new, or has been quiet for long.
async fn news(host: &Host, stream: &mut Option<HeadStream>) -> Result<(), Problem> {
    let open = match stream {
        Some(open) => open,
        None => stream.insert(host.line.listen().await?),
    };
    let known = lock(&host.desk).revision().map_err(|error| {
        host.note(&error);
        Problem::new(ErrorCode::Internal, "the cache cannot be read")
    })?;
    loop {
        match timeout(QUIET_MAX, open.next()).await {
            Ok(Ok(Heard::Head(revision))) if Some(revision) != known => return Ok(()),
            Ok(Ok(Heard::Head(_) | Heard::KeepAlive)) => {
                lock(&host.desk).hear_quiet();
                host.tell_state();
            }
            Ok(Err(problem)) => return Err(problem),
            Err(_) => {
                lock(&host.desk).hear_silence();
                host.tell_state();
                return Err(Problem::new(ErrorCode::Offline, "the live stream fell silent"));
            }
        }
    }
}

fn tell(host: &Host, followed: &Followed) {
    for (application, applicant) in &followed.applications {
        let changed = ApplicationChanged { application: *application, applicant: *applicant };
        host.tell(&HostEvent::ApplicationChanged(changed));
    }
    for day in &followed.publications {
        host.tell(&HostEvent::Publication(PublicationDay { day: *day }));
    }
    host.tell_state();
}
