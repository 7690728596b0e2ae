//! The turn of a grab at a host that is not Prowlarr: requests there keep a distance, and what a first look into the past
//! found waits behind what is grabbed now.

use std::time::Duration;

use secrecy::SecretString;

use super::deps::Deps;
use crate::domain::grab::{Grab, Line};
use crate::matching::plan::host_of;
use crate::store::StoreError;

/// A first look into the past asks a host this many times more slowly.
const CATCH_UP_SLOWER: u32 = 3;
/// The longest wait for a turn inside a step; a longer one gives the worker back.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Waits for the grab's turn at the link's host. The error is how long to come back in.
pub(super) async fn wait(
    deps: &Deps,
    grab: &Grab,
    link: &SecretString,
) -> Result<Result<(), Duration>, StoreError> {
    let spacing = deps.rules.host_spacing;
    let Some(host) = host_of(link).filter(|_| !spacing.is_zero()) else { return Ok(Ok(())) };
    let now = deps.store.now().await?;
    if grab.line == Line::ToJoin {
        let turn = deps.store.stand_in_line(grab.id, &host, spacing * CATCH_UP_SLOWER, now).await?;
        if turn > now {
            return Ok(Err(turn.since(now)));
        }
    }
    let free = deps.store.next_turn(&host, now).await?.since(now);
    if free > LONGEST_WAIT {
        return Ok(Err(free));
    }
    let turn = deps.store.take_turn(&host, spacing, now).await?;
    tokio::time::sleep(turn.since(now)).await;
    Ok(Ok(()))
}
