//! The secret of an app's webhook that the settings do not name: made once, and kept.

use secrecy::SecretString;

use crate::auth::token::{Token, TokenKind};
use crate::domain::app::AppName;
use crate::store::{Store, StoreError};

/// The secret that the app's webhook must show. It is made when it is first asked for.
pub async fn of_app(store: &Store, app: &AppName) -> Result<SecretString, StoreError> {
    let fresh = Token::generate(TokenKind::Webhook, &mut rand::rng());
    store.webhook_secret(app, fresh.expose()).await
}
