//! Who has an account.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::pbkdf2;
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{CustomerId, EmailAddress};
use lambda::UniqueIds;
use serde::{Deserialize, Serialize};

use crate::store::Store;

const SPACE: &str = "accounts";

/// A password's characters, at least and at most. The least is that of `terraform/modules/user-pool`, the most Cognito's.
pub(super) const PASSWORD_MIN: usize = 12;
const PASSWORD_MAX: usize = 256;

/// Wrong codes until another one is needed.
const CODE_ATTEMPTS: u32 = 5;

/// Enough for a development tool's passwords, and a few hundredths of a second.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(60_000).unwrap();

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Who it is, in tokens.
    pub subject: CustomerId,
    /// The address that it signs in with, in small letters.
    pub email: String,
    /// The groups that it is in.
    pub groups: Vec<String>,
    salt: String,
    hash: String,
    /// The code that confirms the address, until it has, and how often a wrong one was given.
    pending: Option<(String, u32)>,
}

/// Why there is no new account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignUpError {
    /// Not an address.
    #[error("This is not an email address.")]
    Email,
    /// Who it is to be in tokens cannot be that.
    #[error("This is not a customer's id.")]
    Subject,
    /// Too short or too long.
    #[error("A password has 12 to 256 characters.")]
    Password,
    /// There is one.
    #[error("An account with this email address already exists.")]
    Exists,
}

/// What came of a password.
pub(super) enum SignIn {
    Welcome,
    /// It is right, and the address is not confirmed.
    Unconfirmed,
    Refused,
}

pub(super) struct Accounts {
    by_email: Mutex<BTreeMap<String, Account>>,
    store: Arc<Store>,
    ids: Arc<dyn UniqueIds>,
}

impl Accounts {
    pub fn new(store: Arc<Store>, ids: Arc<dyn UniqueIds>) -> Self {
        let by_email = store.load(SPACE).into_iter().collect();
        Self { by_email: Mutex::new(by_email), store, ids }
    }

    pub fn find(&self, email: &str) -> Option<Account> {
        self.locked().get(&key(email)).cloned()
    }

    /// A new account that needs no confirmation.
    pub fn add(&self, subject: &str, email: &str, password: &str, groups: &[&str]) -> Result<(), SignUpError> {
        self.create(subject, email, password, groups, None)
    }

    /// A new account whose address is to be confirmed with the code that this answers.
    pub fn sign_up(&self, email: &str, password: &str) -> Result<String, SignUpError> {
        let (subject, code) = (self.ids.unique().to_string(), self.new_code());
        self.create(&subject, email, password, &[], Some((code.clone(), 0)))?;
        Ok(code)
    }

    fn create(
        &self,
        subject: &str,
        email: &str,
        password: &str,
        groups: &[&str],
        pending: Option<(String, u32)>,
    ) -> Result<(), SignUpError> {
        EmailAddress::parse(email).map_err(|_| SignUpError::Email)?;
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&password.chars().count()) {
            return Err(SignUpError::Password);
        }
        let salt = self.ids.unique().into_bytes();
        let account = Account {
            subject: CustomerId::parse(subject).map_err(|_| SignUpError::Subject)?,
            email: key(email),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
            salt: STANDARD.encode(salt),
            hash: STANDARD.encode(hash(&salt, password)),
            pending,
        };
        let mut accounts = self.locked();
        if accounts.contains_key(&account.email) {
            return Err(SignUpError::Exists);
        }
        self.keep(&mut accounts, account);
        Ok(())
    }

    /// Six digits.
    fn new_code(&self) -> String {
        format!("{:06}", self.ids.unique().as_u128() % 1_000_000)
    }

    /// Another code, if the account waits for one.
    pub fn another_code(&self, email: &str) -> Option<String> {
        let code = self.new_code();
        let mut accounts = self.locked();
        let mut account = accounts.get(&key(email)).filter(|account| account.pending.is_some())?.clone();
        account.pending = Some((code.clone(), 0));
        self.keep(&mut accounts, account);
        Some(code)
    }

    /// Confirms the address, if this is the code. Says whether it did.
    pub fn confirm(&self, email: &str, code: &str) -> bool {
        let mut accounts = self.locked();
        let Some(mut account) = accounts.get(&key(email)).cloned() else { return false };
        let Some((expected, attempts)) = account.pending.take() else { return false };
        let right = attempts < CODE_ATTEMPTS && expected == code;
        account.pending = (!right).then_some((expected, attempts.saturating_add(1)));
        self.keep(&mut accounts, account);
        right
    }

    /// Checks a password. It takes as long for an address that nobody has.
    pub fn sign_in(&self, email: &str, password: &str) -> SignIn {
        let account = self.find(email);
        let decode = |text: &str| STANDARD.decode(text).unwrap_or_default();
        let (salt, expected) =
            account.as_ref().map_or_else(|| (vec![0; 16], vec![0; 32]), |a| (decode(&a.salt), decode(&a.hash)));
        let right =
            pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, &salt, password.as_bytes(), &expected).is_ok();
        match account {
            Some(account) if right && account.pending.is_none() => SignIn::Welcome,
            Some(_) if right => SignIn::Unconfirmed,
            _ => SignIn::Refused,
        }
    }

    fn keep(&self, accounts: &mut BTreeMap<String, Account>, account: Account) {
        self.store.put(SPACE, &account.email, &account);
        accounts.insert(account.email.clone(), account);
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.by_email.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cognito takes addresses for the same whatever the size of their letters, unless it is told otherwise.
fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

fn hash(salt: &[u8], password: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, salt, password.as_bytes(), &mut hash);
    hash
}
