//! The only place that knows DynamoDB.

mod dynamodb;

pub(crate) use dynamodb::Products;
