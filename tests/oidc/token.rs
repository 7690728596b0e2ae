//! Identity tokens, right and wrong.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::Sha256;

/// What a token is signed with.
#[derive(Clone)]
pub(super) enum Signer {
    /// An Ed25519 key, by its number.
    Key(u8),
    /// A secret (HS256).
    Secret(Vec<u8>),
    /// Nothing.
    None,
}

/// A token before it is signed.
#[derive(Clone)]
pub(super) struct Token {
    pub header: Value,
    pub claims: Value,
    pub signer: Signer,
}

impl Token {
    /// The token as it is sent.
    pub(super) fn text(&self) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = match &self.signer {
            Signer::Key(number) => {
                key(*number).sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).unwrap()
            }
            Signer::Secret(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
                mac.update(signed.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Signer::None => Vec::new(),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The name of a key.
pub(super) fn key_id(number: u8) -> String {
    format!("test-key-{number}")
}

/// A set with the public half of one key.
pub(super) fn key_set(number: u8) -> Value {
    json!({ "keys": [key(number).as_verification_key()] })
}

/// The bytes of a public key, as a set shows them.
pub(super) fn public_bytes(number: u8) -> Vec<u8> {
    let set = key_set(number);
    URL_SAFE_NO_PAD.decode(set["keys"][0]["x"].as_str().unwrap()).unwrap()
}

fn key(number: u8) -> CoreEdDsaPrivateSigningKey {
    // PKCS #8 (RFC 8410) around 32 bytes of seed.
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend([number; 32]);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(key_id(number)))).unwrap()
}
