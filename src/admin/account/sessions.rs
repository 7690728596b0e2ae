//! The account's sessions: beginning, finding, listing and ending them. The database knows a token by its hash only.

use tracing::{error, info};

use super::{ADMINISTRATOR, Accounts, BY_PASSWORD, Visitor};
use crate::admin::{Actor, AdminError};
use crate::auth::throttle;
use crate::auth::token::{Token, TokenKind};
use crate::domain::ids::SessionId;
use crate::ops::metrics::DbError;
use crate::store::{NewSession, Session, StoreError};

/// A session that has just begun, with its token, which is known only now.
#[derive(Debug)]
pub struct BegunSession {
    /// Its row.
    pub id: SessionId,
    /// What the browser shows from now on.
    pub token: Token,
    /// By what the browser is known from now on, where one signed in with the password.
    pub browser: Option<Token>,
}

impl Accounts {
    /// The session that this token opens, whose use is noted.
    pub async fn session(&self, token: &Token) -> Result<Option<Session>, StoreError> {
        if token.kind() != TokenKind::Session {
            return Ok(None);
        }
        let now = self.store.now().await?;
        let session = self.store.session_by_hash(&token.hash(), self.session_rules.idle, now).await?;
        if let Some(session) = &session
            && let Err(failure) = self.store.session_seen(session, now).await
        {
            // The use is worth noting, not worth failing for.
            self.metrics.db_failed(DbError::from_kind(failure.kind()));
            error!(event = "web.database-failed", during = "session-use", cause = %failure);
        }
        Ok(session)
    }

    /// Begins a session for a visitor who has just proved to be the administrator.
    pub(super) async fn begin_session(
        &self,
        visitor: &Visitor,
        method: &'static str,
    ) -> Result<BegunSession, StoreError> {
        let begun = self.replace_session(visitor, method).await?;
        info!(event = "auth.signed-in", actor = ADMINISTRATOR, address = %visitor.source, method);
        Ok(begun)
    }

    /// Begins a session in the place of the one that the browser came with, if any, which ends.
    pub(super) async fn replace_session(
        &self,
        visitor: &Visitor,
        method: &'static str,
    ) -> Result<BegunSession, StoreError> {
        if let Some(former) = &visitor.former
            && let Some(former) = self.session(former).await?
        {
            self.store.end_session(former.id).await?;
        }
        let token = Token::generate(TokenKind::Session, &mut rand::rng());
        // A new one each time: what a stranger may have planted or read is worth nothing after the next sign-in elsewhere.
        let browser = (method == BY_PASSWORD).then(|| Token::generate(TokenKind::Session, &mut rand::rng()));
        let new = NewSession {
            token_hash: token.hash(),
            method,
            network: visitor.source.network(),
            browser: browser.as_ref().map(|token| throttle::known_browser(&token.hash())),
            client: visitor.user_agent.clone(),
            lifetime: self.session_rules.lifetime,
        };
        let id = self.store.begin_session(new, self.store.now().await?).await?;
        Ok(BegunSession { id, token, browser })
    }

    /// Ends the session by which the caller came, if it came by one.
    pub async fn sign_out(&self, actor: &Actor, session: Option<SessionId>) -> Result<(), StoreError> {
        if let Some(id) = session {
            self.store.end_session(id).await?;
        }
        info!(event = "auth.signed-out", actor = actor.name(), address = actor.address(), method = "session");
        Ok(())
    }

    /// Every session that counts, the latest used first.
    pub async fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        self.store.sessions(self.session_rules.idle, self.store.now().await?).await
    }

    /// Ends one.
    pub async fn end_session(&self, actor: &Actor, id: SessionId) -> Result<(), AdminError> {
        if !self.store.end_session(id).await? {
            return Err(AdminError::NotFound);
        }
        let (name, address, method) = (actor.name(), actor.address(), actor.method());
        info!(event = "auth.session-ended", actor = name, address, method, number = id.0);
        Ok(())
    }

    /// Ends all but this one, and answers how many.
    pub async fn end_other_sessions(
        &self,
        actor: &Actor,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let ended = self.store.end_other_sessions(keep).await?;
        let (name, address, method) = (actor.name(), actor.address(), actor.method());
        info!(event = "auth.sessions-ended", actor = name, address, method, ended);
        Ok(ended)
    }
}
