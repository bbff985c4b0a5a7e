//! The policy in force: chosen each day among all documents that were imported.

use super::Core;
use crate::audit::{Act, Entry};
use crate::causes::Causes;
use crate::store::{Batch, LeaseTerm, Store, StoreError, Wants, Write};
use yuyue_domain::policy::{Policy, PolicyDocument, PolicyError};
use yuyue_protocol::change::Row;

impl<S: Store> Core<S> {
    /// Keeps documents of the policy beside those that are there, and puts in force what counts today.
    ///
    /// # Errors
    /// When the store fails; inside, when no document of some kind is in force today.
    pub async fn import_policy(&self, new: Vec<PolicyDocument>) -> Result<Result<Policy, PolicyError>, StoreError> {
        let now = self.now();
        let mut documents = self.store.list_policy_documents().await?;
        documents.retain(|known| new.iter().all(|document| document.name() != known.name()));
        documents.extend(new.iter().cloned());
        let policy = match Policy::in_force(&documents, now.date()) {
            Ok(policy) => policy,
            Err(error) => return Ok(Err(error)),
        };
        let mut batch = Batch { rows: vec![Row::Policy(Box::new(policy.clone()))], ..Batch::at(now) };
        batch.writes.extend(new.into_iter().map(|document| Write::PolicyDocument(Box::new(document))));
        batch.audit(Entry::new(now, Act::Imported));
        self.store.transact(&Wants::default(), |_| (batch, ())).await?;
        Ok(Ok(policy))
    }

    /// Puts in force what counts today, when that are other versions than before, in a term of the lease when there is one.
    /// Answers whether anything changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renew_policy(&self, term: Option<LeaseTerm>) -> Result<bool, StoreError> {
        self.refresh_catalogue().await?;
        let now = self.now();
        let documents = self.store.list_policy_documents().await?;
        let Some(before) = self.catalogue().policy.as_deref().map(Policy::version) else { return Ok(false) };
        let policy = match Policy::in_force(&documents, now.date()) {
            Ok(policy) if policy.version() != before => policy,
            Ok(_) => return Ok(false),
            Err(error) => {
                // Whatever was in force goes on: without rules nobody could be served at all.
                tracing::error!(error = %Causes(&error), "the policy of the day cannot be chosen");
                return Ok(false);
            }
        };
        let mut batch = Batch { rows: vec![Row::Policy(Box::new(policy))], ..Batch::at(now) };
        batch.audit(Entry::new(now, Act::Imported));
        self.store.transact(&Wants { term, ..Wants::default() }, |_| (batch, ())).await?;
        tracing::info!("another policy is in force");
        Ok(true)
    }
}
