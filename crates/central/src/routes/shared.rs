//! Long answers that are the same for everybody. All who take one at once share its bytes: whoever takes it slowly keeps none
//! of their own, and it is made once.

use axum::body::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use tokio::sync::Mutex;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Answers that are taken at once.
const TAKEN_MAX: usize = 64;
/// What has no more bytes is nothing to share, such as the plan of a week in which nothing is planned.
const SHORT_BYTES: usize = 64 * 1024;
/// Seconds after which somebody comes back who asks for one more.
const RETRY_SECONDS: u32 = 10;

/// An answer as it crosses the wire.
#[derive(Debug)]
pub struct LongAnswer {
    /// The body.
    pub text: Vec<u8>,
    /// What its signature is, where it is signed.
    pub signature: Option<String>,
}

/// The answers that somebody is taking.
#[derive(Debug)]
pub struct SharedAnswers<K>(Mutex<BTreeMap<K, Weak<LongAnswer>>>);

impl<K> Default for SharedAnswers<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord> SharedAnswers<K> {
    /// The answer to this question, which is made when nobody is taking it.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when too many others are being taken, and whatever keeps it from being made.
    pub async fn find_or_make<E: From<Problem>>(
        &self,
        question: K,
        make: impl AsyncFnOnce() -> Result<LongAnswer, E>,
    ) -> Result<Arc<LongAnswer>, E> {
        // Held while one is made: however many ask, one thread makes one at a time.
        let mut taken = self.0.lock().await;
        if let Some(answer) = taken.get(&question).and_then(Weak::upgrade) {
            return Ok(answer);
        }
        let answer = Arc::new(make().await?);
        if answer.text.len() <= SHORT_BYTES {
            return Ok(answer);
        }
        taken.retain(|_, answer| answer.strong_count() > 0);
        if taken.len() >= TAKEN_MAX {
            let busy = Problem::new(ErrorCode::Busy, "too many long answers are being taken");
            return Err(busy.retry_after(RETRY_SECONDS).into());
        }
        taken.insert(question, Arc::downgrade(&answer));
        Ok(answer)
    }
}

/// The body of an answer, which stays while somebody is taking it.
pub fn body(answer: Arc<LongAnswer>) -> Bytes {
    struct Taken(Arc<LongAnswer>);
    impl AsRef<[u8]> for Taken {
        fn as_ref(&self) -> &[u8] {
            &self.0.text
        }
    }
    Bytes::from_owner(Taken(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(answers: &SharedAnswers<usize>, question: usize) -> Result<Arc<LongAnswer>, Problem> {
        of_bytes(SHORT_BYTES + 1, answers, question).await
    }

    async fn of_bytes(
        bytes: usize,
        answers: &SharedAnswers<usize>,
        question: usize,
    ) -> Result<Arc<LongAnswer>, Problem> {
        let make = async || Ok(LongAnswer { text: vec![7; bytes], signature: None });
        answers.find_or_make(question, make).await
    }

    #[tokio::test]
    async fn all_who_take_an_answer_share_its_bytes_and_it_goes_with_the_last_of_them() {
        let answers = SharedAnswers::default();
        let first = body(answer(&answers, 1).await.expect("made"));
        let second = body(answer(&answers, 1).await.expect("there"));
        assert_eq!(first.as_ptr(), second.as_ptr(), "one copy");
        drop((first, second));
        let kept = answers.0.lock().await.get(&1).is_some_and(|answer| answer.strong_count() > 0);
        assert!(!kept, "nobody takes it any more");
    }

    #[tokio::test]
    async fn whoever_takes_slowly_makes_nobody_keep_more_than_so_many() {
        let answers = SharedAnswers::default();
        let mut taken = Vec::new();
        for question in 0..TAKEN_MAX {
            taken.push(body(answer(&answers, question).await.expect("room")));
        }
        let problem = answer(&answers, TAKEN_MAX).await.expect_err("one too many");
        assert_eq!((problem.code, problem.retry_after_seconds), (ErrorCode::Busy, Some(RETRY_SECONDS)));
        assert!(answer(&answers, 0).await.is_ok(), "what is there anyway is shared");
        let short = of_bytes(SHORT_BYTES, &answers, TAKEN_MAX).await;
        assert!(short.is_ok(), "what is short finds no room taken");
        taken.pop();
        assert!(answer(&answers, TAKEN_MAX).await.is_ok(), "whoever is done makes room");
    }
}
