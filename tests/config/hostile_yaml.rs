//! Y1 to Y24: what a settings file can do to a reader.

use super::{codes, load_text};

#[test]
fn smoke() {
    let report =
        load_text("server:\n  prot: 080\n  port: 080\napps:\n- name: x\n  api_key: ${X}\n").unwrap_err();
    println!("{report:#?}");
    assert_eq!(codes(&report), ["x"]);
}
