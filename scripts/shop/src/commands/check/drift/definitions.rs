//! hashicorp/aws asks Step Functions whether a state machine's definition is valid, when it plans one (its
//! `ValidateStateMachineDefinition`). Nobody is asked here: this says yes. The check `saga` looks at definitions.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use axum::{Json, Router};
use serde_json::json;
use tokio::{net::TcpListener, runtime::Runtime};

/// Says yes until it is dropped.
pub struct Definitions {
    /// Where it is.
    pub url: String,
    _runtime: Runtime,
}

impl Definitions {
    /// Starts on a port of this machine.
    ///
    /// # Errors
    /// No port is free.
    pub fn accept() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        let listener = listener.context("no port is free on this machine")?;
        let url = format!("http://{}", listener.local_addr()?);
        let yes = async || Json(json!({ "result": "OK", "diagnostics": [], "truncated": false }));
        runtime.spawn(async move { axum::serve(listener, Router::new().fallback(yes)).await });
        Ok(Self { url, _runtime: runtime })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    use super::*;

    #[test]
    fn it_says_yes() {
        let definitions = Definitions::accept().unwrap();
        let mut stream = TcpStream::connect(definitions.url.trim_start_matches("http://")).unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""result":"OK""#), "{answer}");
    }
}
