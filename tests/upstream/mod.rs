//! The clients against simulated apps, polite and hostile.

mod answers;
mod arr;
mod paging;
mod prowlarr;
mod tls;
