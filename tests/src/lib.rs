//! Scenarios and end-to-end tests; see `tests/`.
