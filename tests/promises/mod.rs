//! What the README promises, measured on the whole service: simulated apps on one side, a client on the other.

mod comes_back;
mod costs_nothing;
mod hostile_downloads;
mod jackett;
mod links;
mod next_reading;
mod nothing_is_lost;
mod panics;
mod predecessor;
mod prowlarr_is_spared;
mod replicas_and_restarts;
mod says_what_is_so;
mod security_events;
mod two_processes;
