//! Where random bytes come from: the operating system, or a seed in tests and simulations.

use sha2::{Digest as _, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct EntropyError(#[source] getrandom::Error);

/// Gives random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// 32 random bytes.
    ///
    /// # Errors
    /// When there are none to be had.
    fn bytes(&self) -> Result<[u8; 32], EntropyError>;

    /// A random identifier.
    ///
    /// # Errors
    /// When there are no random bytes to be had.
    fn uuid(&self) -> Result<Uuid, EntropyError> {
        let bytes = self.bytes()?;
        let mut half = [0; 16];
        half.copy_from_slice(&bytes[..16]);
        Ok(uuid::Builder::from_random_bytes(half).into_uuid())
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is where the centre's randomness comes from")]
    fn bytes(&self) -> Result<[u8; 32], EntropyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(EntropyError)?;
        Ok(bytes)
    }
}

/// The same bytes in every run with the same seed. Never for a real centre.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// Begins the sequence of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn bytes(&self) -> Result<[u8; 32], EntropyError> {
        let turn = self.drawn.fetch_add(1, Ordering::SeqCst);
        Ok(Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(turn.to_be_bytes()).finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes_again_and_never_the_same_twice() {
        let draw = || {
            let entropy = SeededEntropy::new(7);
            (entropy.bytes().expect("a seed never runs dry"), entropy.bytes().expect("a seed never runs dry"))
        };
        assert_eq!(draw(), draw(), "one seed decides everything");
        assert_ne!(draw().0, draw().1, "each draw is another one");
    }
}
