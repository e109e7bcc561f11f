//! The museum: what went wrong in other shops, as tests that this shop passes.

mod acidrain;
mod airline;
mod datadog;
mod ecommerce_platform;
mod eshop;
mod medusa;
mod omicron;
mod saleor;
mod samples;
mod temporal;
mod vendure;
