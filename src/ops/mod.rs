//! What every module may use to run in production: words, time, logs, metrics, health, stopping.
//!
//! Owns: the catalogues of sentences, the clock, the one logging setup with its redaction, all metric names, the
//! state of health and the order of stopping. A leaf: must not know any other module of ours but `domain`.

pub mod clock;
pub mod health;
pub mod log;
pub mod metrics;
pub mod private_file;
pub mod redact;
pub mod shutdown;
pub mod text;
