//! Checks signatures before commands come to the one writer, many at once: what arrives while some are being checked makes the
//! next batch. Nobody waits for a batch to fill.

use crate::core::{Delivery, SigningKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::signature::{Unchecked, check_all};

/// Requests whose signatures may wait.
const QUEUE_MAX: usize = 1_024;
/// Signatures checked at once, unless one request alone has more. With more of them each is hardly cheaper.
const BATCH_MAX: usize = 64;

struct Job {
    signatures: Vec<Unchecked>,
    answer: oneshot::Sender<Vec<bool>>,
}

/// The entrance to where they are checked.
#[derive(Clone)]
pub struct Signatures(mpsc::Sender<Job>);

impl Signatures {
    /// Starts as a task that may block, which ends when every entrance is gone. Nobody may foresee `seed`.
    #[must_use]
    pub fn start(seed: [u8; 32]) -> (Self, JoinHandle<()>) {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let dice = ChaCha20Rng::from_seed(seed);
        let checking = tokio::task::spawn_blocking(move || check_what_comes(jobs, dice));
        (Self(queue), checking)
    }

    /// Notes on each of these that a device signed itself, whose key this is, when its signature is good.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when the centre stops.
    pub async fn vouch(&self, device: DeviceId, key: SigningKey, deliveries: &mut [Delivery]) -> Result<(), Problem> {
        let own = deliveries.iter_mut().filter(|delivery| delivery.envelope.device == device);
        let (own, signatures): (Vec<_>, Vec<_>) = own
            .filter_map(|delivery| {
                let signature = delivery.envelope.unchecked(&key).ok()?;
                Some((&mut delivery.signer, signature))
            })
            .unzip();
        if signatures.is_empty() {
            return Ok(());
        }
        let stopping = || Problem::new(ErrorCode::Busy, "the centre is stopping");
        let (answer, answered) = oneshot::channel();
        self.0.send(Job { signatures, answer }).await.map_err(|_| stopping())?;
        for (signer, is_good) in own.into_iter().zip(answered.await.map_err(|_| stopping())?) {
            *signer = is_good.then_some(key);
        }
        Ok(())
    }
}

fn check_what_comes(mut jobs: mpsc::Receiver<Job>, mut dice: ChaCha20Rng) {
    while let Some(first) = jobs.blocking_recv() {
        let (mut batch, mut callers) = (first.signatures, vec![]);
        callers.push((batch.len(), first.answer));
        while batch.len() < BATCH_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            callers.push((next.signatures.len(), next.answer));
            batch.extend(next.signatures);
        }
        let mut rest = check_all(&batch, &mut dice).into_iter();
        for (count, answer) in callers {
            // Whoever hung up asks again.
            let _ = answer.send(rest.by_ref().take(count).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey as Key;
    use futures_util::future::join_all;
    use uuid::Uuid;
    use yuyue_domain::ids::ApplicantId;
    use yuyue_domain::time::Timestamp;
    use yuyue_protocol::command::Command;
    use yuyue_protocol::envelope::{Envelope, Head};

    /// Signed by `signer`, as if `device` had taken it.
    fn delivery(device: u32, number: u64, signer: u8) -> Delivery {
        let head = Head {
            id: Uuid::from_u128(u128::from(number)),
            device: DeviceId(device),
            number,
            clerk: None,
            taken_at: Timestamp::MIN,
        };
        let command = Command::RecordReveal { applicant: ApplicantId(1) };
        let envelope = Envelope::seal(head, &command, &Key::from_bytes(&[signer; 32])).expect("short");
        Delivery { envelope, signer: None, visit: None }
    }

    #[tokio::test]
    async fn of_many_who_come_at_once_each_is_told_of_the_own_commands() {
        let (signatures, _checking) = Signatures::start([1; 32]);
        let callers = (1..=20_u8).map(|seed| {
            let signatures = signatures.clone();
            async move {
                let key = Key::from_bytes(&[seed; 32]).verifying_key().to_bytes();
                let own = u32::from(seed);
                // Their own, one that somebody else has signed, and one that another device has taken.
                let mut all = [delivery(own, 1, seed), delivery(own, 2, 99), delivery(own + 1, 3, seed + 1)];
                signatures.vouch(DeviceId(own), key, &mut all).await.expect("nothing stops");
                (key, all.map(|delivery| delivery.signer))
            }
        });
        for (key, signers) in join_all(callers).await {
            assert_eq!(signers, [Some(key), None, None], "only what the device signed itself is vouched for");
        }
    }
}
