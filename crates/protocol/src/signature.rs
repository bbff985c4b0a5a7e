//! When a device's signature counts. The rules are those of ZIP 215: under them a signature that is checked alone and one that
//! is checked among others always come out the same, so that nobody can disown later what was believed in a batch.
//!
//! They ask less of a signature's encoding than the strictest rules do, and as much of its text: with a key that is not weak
//! nobody, its owner included, makes one signature for two texts. Under a weak key nothing counts, and none is enrolled.

use ed25519_dalek::{Signature, VerifyingKey};
use ed25519_zebra::VerificationKeyBytes;
use ed25519_zebra::batch::{Item, Verifier};
use rand_core::CryptoRng;
use std::collections::BTreeMap;

/// A signature that was not checked yet, with the digest of its text.
#[derive(Clone, Debug)]
pub struct Unchecked {
    key: [u8; 32],
    item: Item,
}

impl Unchecked {
    pub(crate) fn new(key: &[u8; 32], signature: Signature, text: &[u8]) -> Self {
        let signature = ed25519_zebra::Signature::from_bytes(&signature.to_bytes());
        Self { key: *key, item: Item::from((VerificationKeyBytes::from(*key), signature, text)) }
    }

    /// Checks it alone; answers whether it is good.
    #[must_use]
    pub fn check(self) -> bool {
        is_strong(&self.key) && self.item.verify_single().is_ok()
    }
}

/// Whether these bytes are a key, and none of which one signature is good for any text.
#[must_use]
pub fn is_strong(key: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

/// Checks many at once, which takes less than half as long as one by one; answers of each whether it is good. When one of
/// them is bad, each is checked alone. Whoever can foresee `dice` can pass bad signatures off as good.
#[must_use]
pub fn check_all(signatures: &[Unchecked], dice: impl CryptoRng) -> Vec<bool> {
    if let [one] = signatures {
        return vec![one.clone().check()];
    }
    let mut batch = Verifier::new();
    for signature in signatures {
        batch.queue(signature.item.clone());
    }
    if batch.verify(dice).is_ok() {
        // Many come from one device.
        let mut strong = BTreeMap::new();
        return signatures.iter().map(|one| *strong.entry(one.key).or_insert_with(|| is_strong(&one.key))).collect();
    }
    signatures.iter().cloned().map(Unchecked::check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use curve25519_dalek::edwards::EdwardsPoint;
    use curve25519_dalek::scalar::Scalar;
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;
    use sha2::{Digest as _, Sha512};

    const TEXT: &[u8] = b"a command";

    fn signed(seed: u8, text: &[u8]) -> Unchecked {
        let key = SigningKey::from_bytes(&[seed; 32]);
        Unchecked::new(key.verifying_key().as_bytes(), key.sign(text), TEXT)
    }

    /// What the owner of a key can make who knows the curve: `torsion` goes into the signature.
    fn signed_with(torsion: EdwardsPoint) -> ([u8; 32], Signature) {
        let (secret, once) = (Scalar::from(1_234_567_u64), Scalar::from(7_654_321_u64));
        let key = EdwardsPoint::mul_base(&secret).compress();
        let point = (EdwardsPoint::mul_base(&once) + torsion).compress();
        let digest = Sha512::new().chain_update(point.as_bytes()).chain_update(key.as_bytes()).chain_update(TEXT);
        let scalar = once + Scalar::from_bytes_mod_order_wide(&digest.finalize().into()) * secret;
        (key.to_bytes(), Signature::from_components(point.to_bytes(), scalar.to_bytes()))
    }

    #[test]
    fn what_is_believed_alone_is_believed_among_others_whatever_its_owner_knows_of_the_curve() {
        for torsion in EIGHT_TORSION {
            let (key, signature) = signed_with(torsion);
            let unchecked = Unchecked::new(&key, signature, TEXT);
            let alone = unchecked.clone().check();
            for dice in 0..32 {
                let batch = [signed(1, TEXT), unchecked.clone(), signed(2, TEXT)];
                let together = check_all(&batch, ChaCha20Rng::seed_from_u64(dice));
                assert_eq!(together, [true, alone, true], "dice do not decide who is believed");
            }
        }
    }

    #[test]
    fn under_a_weak_key_no_signature_is_good_alone_or_among_others() {
        for weak in EIGHT_TORSION {
            let key = weak.compress().to_bytes();
            let once = Scalar::from(7_654_321_u64);
            for torsion in EIGHT_TORSION {
                let point = (EdwardsPoint::mul_base(&once) + torsion).compress();
                let signature = Signature::from_components(point.to_bytes(), once.to_bytes());
                let unchecked = Unchecked::new(&key, signature, TEXT);
                assert!(!unchecked.clone().check(), "it would be good for any text");
                let batch = [signed(1, TEXT), unchecked, signed(2, TEXT)];
                assert_eq!(check_all(&batch, ChaCha20Rng::seed_from_u64(1)), [true, false, true]);
            }
        }
    }

    #[test]
    fn the_strictest_rules_and_batches_would_differ() {
        let (key, signature) = signed_with(EIGHT_TORSION[1]);
        assert!(Unchecked::new(&key, signature, TEXT).check(), "the rules here believe it");
        let key = VerifyingKey::from_bytes(&key).expect("a key");
        assert!(key.verify_strict(TEXT, &signature).is_err(), "so the ones with which no batch agrees are not used");
    }

    proptest! {
        #[test]
        fn of_many_exactly_the_bad_ones_are_found(good in prop::collection::vec(any::<bool>(), 0..40), dice in any::<u64>()) {
            let seeds = (0..).map(|seed| seed % 7);
            let batch: Vec<_> =
                seeds.zip(&good).map(|(seed, good)| signed(seed, if *good { TEXT } else { b"another" })).collect();
            prop_assert_eq!(check_all(&batch, ChaCha20Rng::seed_from_u64(dice)), good, "each is judged by itself");
        }
    }
}
