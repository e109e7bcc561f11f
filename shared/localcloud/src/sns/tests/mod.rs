//! Tests of topics: filter policies by table, and publishing over the query protocol.

mod filter;
mod publish;
