//! What was handed out: codes, refresh tokens and sessions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Clock, Timestamp};
use lambda::UniqueIds;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::secret;
use crate::store::Store;

/// How long a code may be redeemed. Source: Cognito Developer Guide, "Authorize endpoint".
const CODE_LASTS: Duration = Duration::from_secs(300);
/// How long a browser stays signed in at the pool itself. Source: the same.
const SESSION_LASTS: Duration = Duration::from_secs(3_600);
/// How long a family of refresh tokens lasts. Cognito's default.
const REFRESH_LASTS: Duration = Duration::from_secs(30 * 86_400);
/// How long a refresh token that was used may be used again: its answer may have been lost.
///
/// Source: Cognito Developer Guide, "Refresh token rotation": 0 to 60 seconds.
const GRACE: Duration = Duration::from_secs(10);

/// What somebody was granted by signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub email: String,
    pub scopes: Vec<String>,
    /// What the client wants to see in the ID token again.
    pub nonce: Option<String>,
    pub signed_in_at: Timestamp,
}

/// What a code can be redeemed for, and by whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Code {
    pub grant: Grant,
    pub redirect_uri: String,
    /// RFC 7636 §4.2, method S256.
    pub challenge: String,
    pub expires_at: Timestamp,
}

/// The refresh tokens that follow one another from one sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Family {
    name: String,
    grant: Grant,
    current: String,
    /// The one before, and when it was used.
    previous: Option<(String, Timestamp)>,
    expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Session {
    email: String,
    signed_in_at: Timestamp,
    expires_at: Timestamp,
}

/// Values of one kind, written through to the store.
struct Kept<T> {
    space: &'static str,
    store: Arc<Store>,
    values: Mutex<BTreeMap<String, T>>,
}

impl<T: Clone + Serialize + DeserializeOwned> Kept<T> {
    fn new(space: &'static str, store: &Arc<Store>) -> Self {
        let values = store.load(space).into_iter().collect();
        Self { space, store: Arc::clone(store), values: Mutex::new(values) }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, T>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, key: &str, value: T) {
        self.store.put(self.space, key, &value);
        self.locked().insert(key.to_owned(), value);
    }

    fn take(&self, key: &str) -> Option<T> {
        self.store.delete(self.space, key);
        self.locked().remove(key)
    }

    /// Replaces a value by what `with` makes of it, or forgets it when that is nothing. Nobody else changes it meanwhile. What
    /// `with` answers.
    fn change<A>(&self, key: &str, with: impl FnOnce(T) -> Option<(T, A)>) -> Option<A> {
        let mut values = self.locked();
        let changed = with(values.remove(key)?);
        match changed {
            Some((value, answer)) => {
                self.store.put(self.space, key, &value);
                values.insert(key.to_owned(), value);
                Some(answer)
            }
            None => {
                self.store.delete(self.space, key);
                None
            }
        }
    }

    fn get(&self, key: &str) -> Option<T> {
        self.locked().get(key).cloned()
    }
}

pub(super) struct Grants {
    codes: Kept<Code>,
    families: Kept<Family>,
    sessions: Kept<Session>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn UniqueIds>,
}

impl Grants {
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, ids: Arc<dyn UniqueIds>) -> Self {
        Self {
            codes: Kept::new("codes", &store),
            families: Kept::new("refresh-tokens", &store),
            sessions: Kept::new("sessions", &store),
            clock,
            ids,
        }
    }

    fn in_time(&self, lasts: Duration) -> Timestamp {
        self.clock.now().checked_add(lasts).unwrap_or(Timestamp::MAX)
    }

    /// A code for the client.
    pub fn code(&self, grant: Grant, redirect_uri: String, challenge: String) -> String {
        let code = secret(&*self.ids);
        self.codes.put(&code, Code { grant, redirect_uri, challenge, expires_at: self.in_time(CODE_LASTS) });
        code
    }

    /// What a code stands for. It can be asked once.
    pub fn redeem(&self, code: &str) -> Option<Code> {
        self.codes.take(code).filter(|code| self.clock.now() < code.expires_at)
    }

    /// The first refresh token of a family. A token is the family's name and a secret.
    pub fn begin(&self, grant: Grant) -> String {
        let (name, current) = (secret(&*self.ids), secret(&*self.ids));
        let token = format!("{name}.{current}");
        self.families.put(
            &name,
            Family { name: name.clone(), grant, current, previous: None, expires_at: self.in_time(REFRESH_LASTS) },
        );
        token
    }

    /// What a refresh token stands for, and the one that follows it. A token that was followed already ends its family: somebody
    /// else has it.
    pub fn rotate(&self, token: &str) -> Option<(Grant, String)> {
        let (name, secret_part) = token.split_once('.')?;
        self.families.change(name, |family| self.next(family, secret_part))
    }

    /// The family after this token of it was used, if it goes on, and what to answer.
    fn next(&self, mut family: Family, used: &str) -> Option<(Family, (Grant, String))> {
        let now = self.clock.now();
        let in_grace = family.previous.as_ref().is_some_and(|(previous, used_at)| {
            previous == used && used_at.checked_add(GRACE).is_ok_and(|end| now < end)
        });
        if now >= family.expires_at || (family.current != used && !in_grace) {
            return None;
        }
        if !in_grace {
            family.previous = Some((std::mem::replace(&mut family.current, secret(&*self.ids)), now));
        }
        let answer = (family.grant.clone(), format!("{}.{}", family.name, family.current));
        Some((family, answer))
    }

    /// Ends the family of a refresh token.
    pub fn revoke(&self, token: &str) {
        if let Some((name, _)) = token.split_once('.') {
            self.families.take(name);
        }
    }

    /// A session of a browser at the pool.
    pub fn open_session(&self, email: &str) -> (String, Duration) {
        let (id, now) = (secret(&*self.ids), self.clock.now());
        let session = Session { email: email.to_owned(), signed_in_at: now, expires_at: self.in_time(SESSION_LASTS) };
        self.sessions.put(&id, session);
        (id, SESSION_LASTS)
    }

    /// Who is signed in by this session, and since when.
    pub fn session(&self, id: &str) -> Option<(String, Timestamp)> {
        let session = self.sessions.get(id).filter(|session| self.clock.now() < session.expires_at)?;
        Some((session.email, session.signed_in_at))
    }

    pub fn close_session(&self, id: &str) {
        self.sessions.take(id);
    }
}
