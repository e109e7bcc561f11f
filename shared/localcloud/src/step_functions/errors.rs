//! The names of errors, and which name a retrier or catcher means.
//!
//! Source: Step Functions, "Handling errors in Step Functions workflows"; Amazon States Language, appendix A.

use super::TaskError;

pub(super) const ALL: &str = "States.ALL";
pub(super) const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
pub(super) const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";
pub(super) const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";
pub(super) const RUNTIME: &str = "States.Runtime";
pub(super) const TASK_FAILED: &str = "States.TaskFailed";
pub(super) const TIMEOUT: &str = "States.Timeout";

/// The reserved names that a retrier or catcher may list.
pub(super) const CATCHABLE: &[&str] = &[
    ALL,
    DATA_LIMIT_EXCEEDED,
    RESULT_PATH_MATCH_FAILURE,
    TASK_FAILED,
    TIMEOUT,
    "States.HeartbeatTimeout",
    "States.IntrinsicFailure",
    "States.ParameterPathFailure",
    "States.Permissions",
];

/// An error of the interpreter that always fails the execution.
pub(super) fn runtime(cause: String) -> TaskError {
    TaskError { error: RUNTIME.to_owned(), cause }
}

/// Whether one of the names means this error.
///
/// `States.ALL` means every error but the two terminal ones; `States.TaskFailed` means those but time-outs. The
/// documentation says so; Step Functions has been recorded to let `States.ALL` catch `States.DataLimitExceeded` after
/// all (LocalStack's snapshots of 2024), which nothing should rely on.
pub(super) fn listed(names: &[String], error: &str) -> bool {
    let terminal = matches!(error, RUNTIME | DATA_LIMIT_EXCEEDED);
    names.iter().any(|name| match name.as_str() {
        ALL => !terminal,
        TASK_FAILED => !terminal && error != TIMEOUT,
        name => name == error && error != RUNTIME,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_mean_what_the_documentation_says() {
        let listed = |name: &str, error: &str| listed(&[name.to_owned()], error);
        assert!(listed(ALL, "Transient") && listed(ALL, TIMEOUT) && listed(ALL, RESULT_PATH_MATCH_FAILURE));
        assert!(!listed(ALL, RUNTIME) && !listed(ALL, DATA_LIMIT_EXCEEDED));
        assert!(
            listed(TASK_FAILED, "Sandbox.Timedout") && !listed(TASK_FAILED, TIMEOUT) && !listed(TASK_FAILED, RUNTIME)
        );
        assert!(listed(DATA_LIMIT_EXCEEDED, DATA_LIMIT_EXCEEDED) && listed("Transient", "Transient"));
        assert!(!listed("Transient", "transient") && !listed("Transient", "Broken"));
    }
}
