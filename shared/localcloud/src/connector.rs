//! The way out of a function: an HTTP client for the AWS SDK that is answered in process.

use std::sync::{Arc, Weak};

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;

use crate::cloud::Inner;

/// A request on its way out of a function.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub method: String,
    pub uri: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Outgoing {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What comes back.
pub(crate) struct Incoming {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The HTTP client that functions are given. It holds the cloud weakly, because the cloud holds the functions.
#[derive(Clone)]
pub(crate) struct InProcess(pub Weak<Inner>);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let cloud = self.0.upgrade();
        HttpConnectorFuture::new(async move {
            let cloud: Arc<Inner> = cloud.ok_or_else(|| ConnectorError::io("the local cloud has stopped".into()))?;
            let outgoing = outgoing(&request).map_err(|why| ConnectorError::user(why.into()))?;
            let incoming = cloud.carry(outgoing).await?;
            let status =
                StatusCode::try_from(incoming.status).map_err(|why| ConnectorError::other(why.into(), None))?;
            let mut response = HttpResponse::new(status, SdkBody::from(incoming.body));
            for (name, value) in incoming.headers {
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        })
    }
}

fn outgoing(request: &HttpRequest) -> Result<Outgoing, &'static str> {
    Ok(Outgoing {
        method: request.method().to_owned(),
        uri: request.uri().to_owned(),
        headers: request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: request.body().bytes().ok_or("the local cloud takes no streamed bodies")?.to_vec(),
    })
}
