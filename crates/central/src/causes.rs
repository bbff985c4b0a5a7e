//! A failure with all that led to it, for the log: of an error as such the log's JSON writes only the first sentence.

use std::error::Error;
use std::fmt;

/// Writes an error and its causes in one line, each once.
pub struct Causes<'a>(pub &'a dyn Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let says = error.to_string();
            // One that only passes another on says what that one says.
            if says != said {
                write!(f, ": {says}")?;
            }
            said = says;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;
    use std::io;

    #[test]
    fn an_error_is_told_with_its_causes_and_none_of_them_twice() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let said = refused.to_string();
        let error = StoreError::Unavailable(Box::new(refused));
        assert_eq!(Causes(&error).to_string(), format!("{error}: {said}"));
        let passed_on = crate::scheduler::SchedulerError::from(error);
        assert_eq!(Causes(&passed_on).to_string(), format!("{passed_on}: {said}"), "a transparent one adds nothing");
    }
}
