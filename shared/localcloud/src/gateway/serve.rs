//! The front door behind a socket.

use std::{
    error::Error,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
};
use bytes::Bytes;
use http::{Response, header::ORIGIN, request::Parts};
use http_body_util::LengthLimitError;

use super::{BODY_LIMIT, Gateway, answer::Refusal};

impl Gateway {
    /// The API for axum: whatever no other route takes. Served with
    /// [`into_make_service_with_connect_info`](Router::into_make_service_with_connect_info) for [`SocketAddr`], it
    /// knows who asks; otherwise everybody is this machine.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().fallback(serve).with_state(self)
    }

    /// The response to a request whose body could not be taken.
    fn refuse(&self, refusal: Refusal, head: &Parts) -> Response<Bytes> {
        self.finish(refusal.into(), self.ids.unique(), head.headers.get(ORIGIN), false)
    }
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> Response<Body> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let source_ip = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
    let (head, body) = request.into_parts();
    let response = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => gateway.handle(Request::from_parts(head, body), source_ip).await,
        Err(why) if is_too_long(&why) => gateway.refuse(Refusal::TooLarge, &head),
        Err(_) => gateway.refuse(Refusal::BadRequest, &head),
    };
    response.map(Body::from)
}

fn is_too_long(why: &axum::Error) -> bool {
    why.source().is_some_and(<dyn Error>::is::<LengthLimitError>)
}
