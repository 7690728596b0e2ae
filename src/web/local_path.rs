//! Seam.
pub fn after_sign_in(_asked: &str, url_base: &str) -> String { format!("{url_base}/") }
