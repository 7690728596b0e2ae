//! The bodies of the fuzz targets, for a moment each: inputs that are changed at random, the same in every run.

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use std::time::{Duration, Instant};

/// How long each body is tried.
const MOMENT: Duration = Duration::from_secs(2);

/// Numbers that look random and are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// One input with a few changes: bytes turned, cut, doubled, or taken from another input.
    fn change(&mut self, inputs: &[&[u8]]) -> Vec<u8> {
        let mut input = inputs[self.below(inputs.len())].to_vec();
        for _ in 0..=self.below(6) {
            let (at, end) = (self.below(input.len() + 1), self.below(input.len() + 1));
            let (from, to) = (at.min(end), at.max(end));
            match self.below(5) {
                0 => input.truncate(at),
                1 => input.insert(at, u8::try_from(self.below(256)).unwrap()),
                2 if at < input.len() => input[at] ^= 1 << self.below(8),
                3 => drop(input.drain(from..to)),
                _ => {
                    let other = inputs[self.below(inputs.len())];
                    let piece = &other[..self.below(other.len() + 1)];
                    input.splice(at..at, piece.iter().copied());
                }
            }
            input.truncate(4096);
        }
        input
    }
}

fn try_for_a_moment(name: &str) {
    let (_, body, inputs) = bodies::BODIES.into_iter().find(|(known, ..)| *known == name).unwrap();
    for input in inputs {
        body(input);
    }
    let (mut chance, mut tried, end) = (Chance(0x9E37_79B9_7F4A_7C15), 0_u32, Instant::now() + MOMENT);
    while Instant::now() < end {
        body(&chance.change(inputs));
        tried += 1;
    }
    println!("{name}: {tried} inputs");
}

#[test]
fn no_bytes_trouble_the_torrent_reader() {
    try_for_a_moment("torrent");
}

#[test]
fn no_text_troubles_the_settings() {
    try_for_a_moment("settings");
}

#[test]
fn no_body_troubles_the_webhooks() {
    try_for_a_moment("webhook");
}

#[test]
fn no_header_troubles_the_reading_of_proxies() {
    try_for_a_moment("forwarded");
}

#[test]
fn no_filter_troubles_the_feeds() {
    try_for_a_moment("filter");
}
