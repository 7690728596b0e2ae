//! How far each app's history was read, what its webhook delivered, and the secret that its webhook must show.

use secrecy::SecretString;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::app::AppName;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;

/// What is known of the way in from one app.
#[derive(Debug, Clone, Default)]
pub struct AppSync {
    /// Newest moment up to which every history row is stored.
    pub cursor_at: Option<Ts>,
    /// Where the first reading of its history began.
    pub began_at: Option<Ts>,
    /// When the history was last read to its end.
    pub last_success_at: Option<Ts>,
    /// When reading it last failed.
    pub last_failure_at: Option<Ts>,
    /// Code of the reason of that failure.
    pub last_failure: Option<String>,
    /// When the webhook was last heard.
    pub last_webhook_at: Option<Ts>,
    /// The secret that was generated for the webhook.
    pub webhook_secret: Option<SecretString>,
}

/// How far an app's history is read, by the app's own clock.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The app.
    pub app: AppName,
    /// The moment up to which all its rows are stored.
    pub at: Ts,
    /// Where this reading began; that of the first is kept.
    pub began_at: Ts,
    /// The present moment: a cursor that lies after it was moved while a clock was wrong, and goes back.
    pub latest: Ts,
}

/// Grabs of an app that its history told of and its webhook did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedWebhooks {
    /// The app.
    pub app: AppName,
    /// How many.
    pub grabs: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    cursor_at: Option<i64>,
    began_at: Option<i64>,
    last_success_at: Option<i64>,
    last_failure_at: Option<i64>,
    last_failure: Option<String>,
    last_webhook_at: Option<i64>,
    webhook_secret: Option<String>,
}

impl Store {
    /// What is known of an app; nothing yet is the default.
    pub async fn app_sync(&self, app: &AppName) -> Result<AppSync, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(
            "SELECT cursor_at, began_at, last_success_at, last_failure_at, last_failure, last_webhook_at, webhook_secret \
             FROM app_sync WHERE app = $1",
        ).bind(app.as_str()).fetch_optional(pool))?;
        Ok(row.map_or_else(AppSync::default, |row| AppSync {
            cursor_at: row.cursor_at.map(Ts::from_millis),
            began_at: row.began_at.map(Ts::from_millis),
            last_success_at: row.last_success_at.map(Ts::from_millis),
            last_failure_at: row.last_failure_at.map(Ts::from_millis),
            last_failure: row.last_failure,
            last_webhook_at: row.last_webhook_at.map(Ts::from_millis),
            webhook_secret: row.webhook_secret.map(Into::into),
        }))
    }

    /// Records that an app's history could not be read.
    pub async fn sync_failed(&self, app: &AppName, reason: Reason, now: Ts) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO app_sync (app, last_failure_at, last_failure) VALUES ($1, $2, $3) \
             ON CONFLICT (app) DO UPDATE SET last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure",
        ).bind(app.as_str()).bind(now.millis()).bind(reason.code()).execute(conn))?;
        tx.commit().await
    }

    /// The secret of an app's webhook: the stored one, or `fresh`, which is then stored. Of two replicas that ask at
    /// once both get the same.
    pub async fn webhook_secret(&self, app: &AppName, fresh: &str) -> Result<SecretString, StoreError> {
        let mut tx = self.begin().await?;
        let secret: String = run!(&mut tx, conn => sqlx::query_scalar(
            "INSERT INTO app_sync (app, webhook_secret) VALUES ($1, $2) ON CONFLICT (app) DO UPDATE \
             SET webhook_secret = COALESCE(app_sync.webhook_secret, excluded.webhook_secret) RETURNING webhook_secret",
        ).bind(app.as_str()).bind(fresh.to_owned()).fetch_one(conn))?;
        tx.commit().await?;
        Ok(secret.into())
    }

    /// Per app, the grabs that were first heard of from `since` on and before `before`, made after the app's webhook was first heard, and
    /// of which no webhook told.
    pub async fn webhooks_missed(&self, since: Ts, before: Ts) -> Result<Vec<MissedWebhooks>, StoreError> {
        let rows: Vec<(String, i64)> = read!(self, pool => sqlx::query_as(
            "SELECT g.app, COUNT(*) FROM grab g JOIN app_sync s ON s.app = g.app \
             WHERE g.seen_in_history = 1 AND g.seen_by_webhook = 0 AND g.backfilled = 0 AND g.app_kind <> 'prowlarr' \
             AND g.created_at >= $1 AND g.created_at < $2 AND g.grabbed_at >= s.first_webhook_at GROUP BY g.app ORDER BY g.app",
        ).bind(since.millis()).bind(before.millis()).fetch_all(pool))?;
        let unknown = StoreError::Inconsistent { table: "grab", what: "app", row: 0 };
        let read = |(app, grabs): (String, i64)| {
            let app = AppName::parse(&app).ok()?;
            Some(MissedWebhooks { app, grabs: u64::try_from(grabs).unwrap_or(0) })
        };
        rows.into_iter().map(read).collect::<Option<_>>().ok_or(unknown)
    }
}

/// Moves the cursor on, never back but out of the future, and records that the history was read to its end.
pub(super) async fn move_cursor(tx: &mut Tx, cursor: &Cursor, now: Ts) -> Result<(), StoreError> {
    exec!(tx, conn => sqlx::query(
        "INSERT INTO app_sync (app, cursor_at, last_success_at, began_at) VALUES ($1, $2, $3, $4) ON CONFLICT (app) DO UPDATE \
         SET last_success_at = excluded.last_success_at, \
         began_at = CASE WHEN app_sync.cursor_at IS NULL THEN excluded.began_at ELSE app_sync.began_at END, \
         cursor_at = CASE WHEN app_sync.cursor_at > excluded.cursor_at AND app_sync.cursor_at <= $5 \
         THEN app_sync.cursor_at ELSE excluded.cursor_at END",
    ).bind(cursor.app.as_str()).bind(cursor.at.millis()).bind(now.millis()).bind(cursor.began_at.millis())
     .bind(cursor.latest.millis()).execute(conn))?;
    Ok(())
}

pub(super) async fn webhook_came(tx: &mut Tx, app: &AppName, now: Ts) -> Result<(), StoreError> {
    exec!(tx, conn => sqlx::query(
        "INSERT INTO app_sync (app, first_webhook_at, last_webhook_at) VALUES ($1, $2, $2) ON CONFLICT (app) DO UPDATE \
         SET first_webhook_at = COALESCE(app_sync.first_webhook_at, excluded.first_webhook_at), \
         last_webhook_at = excluded.last_webhook_at",
    ).bind(app.as_str()).bind(now.millis()).execute(conn))?;
    Ok(())
}
