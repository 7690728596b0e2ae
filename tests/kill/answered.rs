//! What was answered 2xx is there after a kill at the first byte of the answer.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::wire;
use crate::support::household::Household;
use crate::support::process::Service;

/// Rounds unless `GRABFEED_KILL_ROUNDS` asks for more.
const ROUNDS: usize = 200;
/// Webhooks at once in a round.
const BURST: usize = 4;
/// Within which they begin.
const SPREAD: Duration = Duration::from_millis(3);

/// A household whose one app cannot be asked: webhooks are all it has.
pub(super) fn household() -> Household {
    let mut household =
        Household::new(&[("SYNC__MODE", "webhook_only"), ("APPS__0__WEBHOOK_SECRET", wire::SECRET)]);
    household.app(0, "radarr", "radarr", "http://127.0.0.1:9", "test-key-radarr");
    household
}

/// The titles that the service lists, each once.
pub(super) fn listed(household: &Household, key: &str) -> BTreeSet<String> {
    let mut titles = BTreeSet::new();
    for page in 1.. {
        let path = format!("/api/v1/grabs?pageSize=500&page={page}");
        let answer = wire::get(household.port, &path, key);
        let json: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        let records = json["records"].as_array().unwrap();
        for record in records {
            let title = record["title"].as_str().unwrap().to_owned();
            assert!(titles.insert(title), "listed twice: {record}");
        }
        if records.is_empty() {
            break;
        }
    }
    titles
}

#[tokio::test]
async fn a_webhook_that_was_answered_outlives_a_kill_at_the_first_byte_of_the_answer() {
    let rounds = super::number("GRABFEED_KILL_ROUNDS", ROUNDS);
    let household = household();
    let key = household.key("test", "read");
    let mut random = StdRng::seed_from_u64(4722);
    let mut answered = BTreeSet::new();
    let (mut slowest, mut starting) = (Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        let began = Instant::now();
        let mut service = household.launch();
        service.block_until_ready();
        slowest = slowest.max(began.elapsed());
        starting += began.elapsed();
        let offsets = std::array::from_fn(|_| random.random_range(Duration::ZERO..SPREAD));
        answered.extend(tell_and_kill(service, round, offsets));
    }
    println!(
        "{rounds} kills, {} webhooks answered, start → ready: {slowest:?} at most, {starting:?} in all",
        answered.len()
    );
    assert!(answered.len() >= rounds, "a round without an answer proves nothing");

    let mut service = household.launch();
    service.block_until_ready();
    let listed = listed(&household, &key);
    let lost: Vec<_> = answered.difference(&listed).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
    assert!(service.stop());
    super::check_database(&household).await;
}

/// Sends a burst; who sees the first byte of an answer kills the service. Returns what was answered 2xx.
fn tell_and_kill(service: Service, round: usize, offsets: [Duration; BURST]) -> Vec<String> {
    let port = service.port;
    let service = Mutex::new(service);
    let tell = |number: usize, offset| {
        std::thread::sleep(offset);
        let title = format!("Round.{round:05}.{number}.2024.1080p-TEST");
        let status = wire::post(port, &title)?;
        service.lock().unwrap().kill_now();
        assert_eq!(status, 200);
        Some(title)
    };
    std::thread::scope(|scope| {
        let (tell, numbered) = (&tell, offsets.into_iter().enumerate());
        let tellers: Vec<_> =
            numbered.map(|(number, offset)| scope.spawn(move || tell(number, offset))).collect();
        tellers.into_iter().filter_map(|teller| teller.join().unwrap()).collect()
    })
}
