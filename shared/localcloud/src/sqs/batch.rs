//! What SQS and SNS ask of every batch.

use std::collections::BTreeSet;

use crate::aws::AwsError;

/// Source: SQS `SendMessageBatch`, SNS `PublishBatch`.
const MOST_ENTRIES: usize = 10;

/// Checks a batch's ids: one to ten of them, each different, each made of legal characters.
pub(crate) fn check<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), AwsError> {
    let (mut seen, mut count) = (BTreeSet::new(), 0_usize);
    for id in ids {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > 80 || !id.chars().all(legal) {
            let why = "A batch entry id has 1 to 80 alphanumeric characters, hyphens and underscores.";
            return Err(AwsError::client("InvalidBatchEntryId", why));
        }
        if !seen.insert(id) {
            return Err(AwsError::client("BatchEntryIdsNotDistinct", format!("Id {id} repeated.")));
        }
        count += 1;
    }
    match count {
        0 => Err(AwsError::client("EmptyBatchRequest", "There should be at least one entry in the request.")),
        1..=MOST_ENTRIES => Ok(()),
        many => {
            let why = format!("Maximum number of entries per request are {MOST_ENTRIES}. You have sent {many}.");
            Err(AwsError::client("TooManyEntriesInBatchRequest", why))
        }
    }
}

/// Checks a batch's total size.
pub(crate) fn check_size(bytes: usize, most: usize) -> Result<(), AwsError> {
    if bytes > most {
        let why = format!("Batch requests cannot be longer than {most} bytes. You have sent {bytes} bytes.");
        return Err(AwsError::client("BatchRequestTooLong", why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_one_to_ten_different_legal_ids() {
        let code = |ids: &[&str]| check(ids.iter().copied()).map_err(|error| error.code);
        let eleven: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
        assert_eq!(code(&["a", "b-1", "c_2"]), Ok(()));
        assert_eq!(code(&eleven[..10]), Ok(()));
        assert_eq!(code(&[]), Err("EmptyBatchRequest".to_owned()));
        assert_eq!(code(&eleven), Err("TooManyEntriesInBatchRequest".to_owned()));
        assert_eq!(code(&["a", "a"]), Err("BatchEntryIdsNotDistinct".to_owned()));
        for bad in ["", "a b", "ä", &"x".repeat(81)] {
            assert_eq!(code(&[bad]), Err("InvalidBatchEntryId".to_owned()), "{bad:?}");
        }
    }
}
