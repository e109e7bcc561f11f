//! The issuer's key.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};

/// A key could not be made, read, written or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signing key {0}")]
pub struct KeyError(String);

/// An RSA key for RS256 signatures. Its id is its thumbprint (RFC 7638), so the same key has the same id in every run.
pub struct SigningKey {
    pair: RsaKeyPair,
    public: DecodingKey,
    jwk: Jwk,
    id: String,
}

impl SigningKey {
    /// A new key of 2,048 bits.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        let pair =
            RsaKeyPair::generate(KeySize::Rsa2048).map_err(|why| KeyError(format!("was not generated: {why}")))?;
        Self::new(pair)
    }

    /// The key in this unencrypted PKCS#8 document (DER), as [`SigningKey::to_pkcs8`] wrote it.
    ///
    /// # Errors
    /// It is no RSA key of 2,048 bits or more.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(RsaKeyPair::from_pkcs8(der).map_err(|why| KeyError(format!("cannot be read: {why}")))?)
    }

    /// The key as an unencrypted PKCS#8 document (DER). Whoever has it can sign tokens.
    ///
    /// # Errors
    /// The cryptography library cannot write it.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.pair);
        der.map(|der| der.as_ref().to_vec()).map_err(|why| KeyError(format!("cannot be written: {why}")))
    }

    /// The key's id, a token's `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half as a JSON Web Key.
    pub(super) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The public half, ready to check signatures with.
    pub(super) fn public(&self) -> &DecodingKey {
        &self.public
    }

    /// The RS256 signature of `message` (RFC 7518 §3.3).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|why| KeyError(format!("did not sign: {why}")))?;
        Ok(signature)
    }

    fn new(pair: RsaKeyPair) -> Result<Self, KeyError> {
        let describe = |why: jsonwebtoken::errors::Error| KeyError(format!("cannot be described: {why}"));
        let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let public = DecodingKey::from_rsa_raw_components(&components.n, &components.e);
        let mut jwk = Jwk::from_decoding_key(&public, Some(Algorithm::RS256)).map_err(describe)?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(describe)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { pair, public, jwk, id })
    }
}

/// Never the private half.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}
