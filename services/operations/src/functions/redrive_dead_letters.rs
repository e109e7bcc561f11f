//! `POST /dead-letters/{context}/{queue}/redrive`: gives a queue's dead letters back to it.

use lambda::{Handler, Problem, Request, Response, Runtime, StartError};
use tracing::info;

use crate::{Error, adapters::Sqs, api::RedriveBody, domain::DeadLetterQueues, ports::Redrive};

pub(crate) const NAME: &str = "redrive-dead-letters";

pub(crate) async fn start(runtime: Runtime) -> Result<Handler, StartError> {
    let queues: DeadLetterQueues = runtime.settings.parse("DEAD_LETTER_QUEUES")?;
    let sqs = Sqs::new(&runtime);
    Ok(lambda::http(move |request: Request| {
        let (queues, sqs) = (queues.clone(), sqs.clone());
        async move { answer(&request, &queues, &sqs).await }
    }))
}

/// Begins to give a queue's dead letters back to it. Each is handled as if it came for the first time, and doing so twice does
/// no harm; while what was in its way is still there, it only comes round again.
#[utoipa::path(
    post,
    path = "/dead-letters/{context}/{queue}/redrive",
    operation_id = NAME,
    tag = "operations",
    security(("jwt" = ["admin"])),
    params(
        ("context" = String, Path, description = "The queue's context.", example = "orders"),
        ("queue" = String, Path, description = "The queue.", example = "watch"),
    ),
    responses(
        (status = 202, description = "They are on their way.", body = RedriveBody),
        (status = 401, description = "A token is needed."),
        (status = 403, description = "The token lacks the scope admin."),
        (status = 404, description = "There is no such queue.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    request: &Request,
    queues: &DeadLetterQueues,
    sqs: &impl Redrive,
) -> Result<Response, Problem> {
    let queue = format!("{}/{}", request.path("context"), request.path("queue"));
    let url = queues.url(&queue).ok_or(Error::NoSuchQueue)?;
    let moving = sqs.redrive(url).await?;
    info!(queue, moving, "dead letters are given back");
    Response::json(202, &RedriveBody { queue, moving })
}
