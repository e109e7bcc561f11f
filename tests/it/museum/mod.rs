//! The museum: what went wrong in other shops, as tests that this shop passes.
//!
//! There is a module for each shop, which begins with what was found in it, by reading its code and its issues. What exists
//! here has a test; what does not exist here, such as vouchers, says so. `docs/PROOF.md` shows all of it.

mod acidrain;
mod airline;
mod catalogue;
mod datadog;
mod ecommerce_platform;
mod eshop;
mod medusa;
mod omicron;
mod saleor;
mod samples;
mod temporal;
mod vendure;

/// Another shop, or a sample of one.
pub struct Peer {
    /// What it is called.
    name: &'static str,
    /// Its repository on GitHub, if it has one.
    repository: &'static str,
    /// Which state of it was read, where it was read.
    read: &'static str,
    exhibits: &'static [Exhibit],
}

/// Something that went wrong.
pub struct Exhibit {
    /// Issues and pull requests, as `#1` or `owner/name#1`, or places in the code.
    seen_in: &'static [&'static str],
    defect: &'static str,
    /// Why it does not happen here.
    here: &'static str,
    proof: Proof,
}

/// What shows that it does not happen here.
pub enum Proof {
    /// A test of the museum.
    Test(&'static str),
    /// A test of this file that was there before.
    Elsewhere(&'static str, &'static str),
    /// Nothing, because there is nothing to show. Why.
    Nothing(&'static str),
}

/// Every shop, those from which most is to be learnt first.
const PEERS: [&[Peer]; 11] = [
    acidrain::PEERS,
    datadog::PEERS,
    saleor::PEERS,
    medusa::PEERS,
    temporal::PEERS,
    airline::PEERS,
    ecommerce_platform::PEERS,
    vendure::PEERS,
    omicron::PEERS,
    eshop::PEERS,
    samples::PEERS,
];
