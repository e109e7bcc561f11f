//! `GET /dead-letters`: which messages were given up, by queue.

use futures::future::try_join_all;
use lambda::{Handler, Problem, Response, Runtime, StartError};

use crate::{
    Error,
    adapters::Sqs,
    api::{DeadLettersBody, QueueBody},
    domain::DeadLetterQueues,
    ports::ShowDeadLetters,
};

pub(crate) const NAME: &str = "list-dead-letters";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let queues: DeadLetterQueues = runtime.settings.parse("DEAD_LETTER_QUEUES")?;
    let sqs = Sqs::new(&runtime);
    Ok(lambda::http(move |_request| {
        let (queues, sqs) = (queues.clone(), sqs.clone());
        async move { answer(&queues, &sqs).await }
    }))
}

/// Every queue of the shop, how many of its messages were given up, and up to ten of them. Nothing is taken out: a message that
/// is looked at is back at once.
#[utoipa::path(
    get,
    path = "/dead-letters",
    operation_id = NAME,
    tag = "operations",
    security(("jwt" = ["admin"])),
    responses(
        (status = 200, description = "The queues.", body = DeadLettersBody),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(queues: &DeadLetterQueues, sqs: &impl ShowDeadLetters) -> Result<Response, Problem> {
    let look = |(queue, url)| async move { Ok::<_, Error>(QueueBody::new(queue, sqs.dead_letters(url).await?)) };
    // All at once: each mostly waits for SQS.
    let queues = try_join_all(queues.iter().map(look)).await?;
    Ok(Response::json(200, &DeadLettersBody { queues })?.header("cache-control", "private, no-store"))
}
