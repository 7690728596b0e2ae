//! How well a search result fits a grab: points out of 100, and for each that is refused the reasons, as data.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::grab::Grab;
use crate::domain::infohash::Infohash;
use crate::domain::sighting::Protocol;
use crate::domain::text::{indexer_key, title_key};
use crate::upstream::prowlarr::Candidate;

/// Points of a title that is the same.
const TITLE_POINTS: u32 = 75;
/// Points of the same indexer.
const INDEXER_POINTS: u32 = 10;
/// Points of a size that agrees.
const SIZE_POINTS: u32 = 15;
/// Sizes within this share of each other are one size in two roundings.
const SAME_SIZE: f64 = 0.02;
/// Sizes further apart than this are not the same release.
const OTHER_SIZE: f64 = 0.10;

/// Why a candidate loses points or is refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ScoreFinding {
    /// It is not a torrent.
    NotATorrent,
    /// It has no link.
    NoLink,
    /// It is another indexer's.
    OtherIndexer {
        /// The candidate's indexer.
        got: String,
    },
    /// The title is not the same; the share of words in common, in percent.
    TitleDiffers {
        /// Words in common, in percent.
        words_percent: u32,
    },
    /// The size is not the same.
    SizeDiffers {
        /// The candidate's size in bytes.
        got: u64,
        /// The grab's size in bytes.
        want: u64,
    },
    /// The infohash is not the one that the app named.
    OtherInfohash {
        /// The candidate's infohash.
        got: String,
    },
    /// The points do not reach the minimum.
    BelowMinimum {
        /// The minimum.
        want: u32,
    },
}

/// What was decided about one candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CandidateScore {
    /// The candidate's title.
    pub title: String,
    /// Points out of 100.
    pub score: u32,
    /// What speaks against it.
    pub findings: Vec<ScoreFinding>,
    /// Whether it may be fetched.
    pub accepted: bool,
}

/// Scores one candidate.
pub fn score(grab: &Grab, candidate: &Candidate, min_score: u32, strict_hash: bool) -> CandidateScore {
    let mut findings = Vec::new();
    let mut refused = false;
    let mut refuse = |finding: ScoreFinding, findings: &mut Vec<ScoreFinding>| {
        refused = true;
        findings.push(finding);
    };
    if candidate.protocol == Protocol::Usenet {
        refuse(ScoreFinding::NotATorrent, &mut findings);
    }
    if candidate.download_url.is_none() && candidate.magnet_url.is_none() {
        refuse(ScoreFinding::NoLink, &mut findings);
    }
    let same_hash = match (grab.expected_infohash, candidate.info_hash) {
        (Some(want), Some(got)) if want == got => true,
        (Some(Infohash::V1(_)), Some(got @ Infohash::V1(_))) if strict_hash => {
            refuse(ScoreFinding::OtherInfohash { got: got.to_string() }, &mut findings);
            false
        }
        _ => false,
    };
    let indexer = indexer_points(grab, candidate);
    if indexer == 0 {
        refuse(ScoreFinding::OtherIndexer { got: candidate.indexer.clone() }, &mut findings);
    }
    let title = title_points(&grab.title, &candidate.title, &mut findings);
    let size = size_points(grab.size_bytes, candidate.size_bytes);
    if let (None, Some(want), Some(got)) = (size, grab.size_bytes, candidate.size_bytes) {
        refuse(ScoreFinding::SizeDiffers { got, want }, &mut findings);
    }
    // The hash is the release itself: nothing else can add to it.
    let score = if same_hash { 100 } else { title + indexer + size.unwrap_or(0) };
    if score < min_score {
        refuse(ScoreFinding::BelowMinimum { want: min_score }, &mut findings);
    }
    CandidateScore { title: candidate.title.clone(), score, findings, accepted: !refused }
}

/// The best candidate that may be fetched, with the verdicts on all of them, best first.
pub fn choose<'a>(
    grab: &Grab,
    candidates: &'a [Candidate],
    min_score: u32,
    strict_hash: bool,
) -> (Option<&'a Candidate>, Vec<CandidateScore>) {
    let mut scored: Vec<(&Candidate, CandidateScore)> = candidates
        .iter()
        .map(|candidate| (candidate, score(grab, candidate, min_score, strict_hash)))
        .collect();
    scored.sort_by_key(|(_, verdict)| std::cmp::Reverse((verdict.accepted, verdict.score)));
    let best = scored.first().filter(|(_, verdict)| verdict.accepted).map(|(candidate, _)| *candidate);
    (best, scored.into_iter().map(|(_, verdict)| verdict).collect())
}

fn indexer_points(grab: &Grab, candidate: &Candidate) -> u32 {
    let same_number = grab.prowlarr_indexer_id == Some(candidate.indexer_id);
    let same_name =
        grab.indexer.as_deref().is_some_and(|name| indexer_key(name) == indexer_key(&candidate.indexer));
    if same_number || same_name { INDEXER_POINTS } else { 0 }
}

fn title_points(want: &str, got: &str, findings: &mut Vec<ScoreFinding>) -> u32 {
    if title_key(want) == title_key(got) {
        return TITLE_POINTS;
    }
    let (want, got) = (words(want), words(got));
    let common = want.intersection(&got).count();
    let all = want.union(&got).count().max(1);
    let share = u32::try_from(common * 100 / all).unwrap_or(0);
    if share == 100 {
        return TITLE_POINTS;
    }
    findings.push(ScoreFinding::TitleDiffers { words_percent: share });
    // One word can be the season, the year or the quality, so a title that is only nearly the same falls short of
    // the default minimum whatever else agrees.
    TITLE_POINTS * share / 200
}

fn words(title: &str) -> BTreeSet<String> {
    title_key(title)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `None`: the sizes are those of two different releases.
fn size_points(want: Option<u64>, got: Option<u64>) -> Option<u32> {
    let (Some(want), Some(got)) = (want, got) else { return Some(0) };
    #[expect(clippy::cast_precision_loss, reason = "a share of a size needs no exact bytes")]
    let apart = want.abs_diff(got) as f64 / want.max(1) as f64;
    match apart {
        apart if apart <= SAME_SIZE => Some(SIZE_POINTS),
        apart if apart <= OTHER_SIZE => Some(0),
        _ => None,
    }
}
