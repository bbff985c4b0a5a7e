//! Work that keeps a thread for longer than a moment: a transaction of a file, a file that is written, an allocation.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does it on the caller's thread. Of a runtime with several the others take over what else this one had to do.
pub fn apart<T>(work: impl FnOnce() -> T) -> T {
    let has_others = Handle::try_current().is_ok_and(|here| here.runtime_flavor() == RuntimeFlavor::MultiThread);
    if has_others { tokio::task::block_in_place(work) } else { work() }
}
