//! The workspace's end-to-end, architecture and drift tests, in `it/`.
