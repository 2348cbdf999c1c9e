//! The location of PostgreSQL: one host, or several of which one accepts writes.
use crate::StoreError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// Prepared statements cached per connection: more than this crate has.
const STATEMENTS: usize = 256;

/// The hosts of a database URL.
pub(crate) struct Hosts {
    each: Vec<PgConnectOptions>,
    /// The last host that was connected to.
    first: AtomicUsize,
    /// Only a primary is acceptable, not a standby.
    primary: bool,
    /// How long each may take to accept a connection.
    within: Duration,
    /// Behind a pooler, which assigns each transaction to any of its own connections.
    pooler: bool,
}

fn unreadable() -> StoreError {
    // The URL may contain a password.
    StoreError::Other("the database URL cannot be read".to_owned())
}

/// The URL for each host, and the value of `target_session_attrs`.
fn split(url: &str) -> Result<(Vec<String>, Option<String>), StoreError> {
    let (scheme, rest) = url.split_once("://").ok_or_else(unreadable)?;
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let (authority, path) = place.find('/').map_or((place, ""), |at| place.split_at(at));
    let (user, hosts) = authority.rsplit_once('@').map_or((String::new(), authority), |(u, h)| (format!("{u}@"), h));
    let mut wanted = None;
    let kept: Vec<&str> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|pair| match pair.strip_prefix("target_session_attrs=") {
            Some(value) => {
                wanted = Some(value.to_owned());
                false
            }
            None => true,
        })
        .collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok((hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}{query}")).collect(), wanted))
}

impl Hosts {
    pub(crate) fn read(url: &str, within: Duration, pooler: bool) -> Result<Self, StoreError> {
        let (urls, wanted) = split(url)?;
        let primary = match wanted.as_deref() {
            // Of several hosts, only the primary is useful here.
            None => urls.len() > 1,
            Some("any") => false,
            Some("read-write" | "primary") => true,
            Some(_) => {
                return Err(StoreError::Other(
                    "target_session_attrs in the database URL must be read-write, primary or any".to_owned(),
                ));
            }
        };
        let options = |url: &String| {
            let options: PgConnectOptions = url.parse().map_err(StoreError::from)?;
            let options = options.application_name("countersign");
            Ok(if pooler {
                // PgBouncer rejects parameters it does not know.
                options.statement_cache_capacity(0).extra_float_digits(None)
            } else {
                options.statement_cache_capacity(STATEMENTS)
            })
        };
        let each = urls.iter().map(options).collect::<Result<_, StoreError>>()?;
        Ok(Self { each, first: AtomicUsize::new(0), primary, within, pooler })
    }

    pub(crate) fn within(&self) -> Duration {
        self.within
    }

    pub(crate) fn pooler(&self) -> bool {
        self.pooler
    }

    /// Connects to the first suitable host, starting with the last one that worked. `session` is sent as startup
    /// options, but not to a pooler.
    pub(crate) async fn connect(&self, session: &[(&str, String)]) -> Result<PgConnection, StoreError> {
        let first = self.first.load(Ordering::Relaxed);
        let mut last = unreadable();
        for at in 0..self.each.len() {
            let at = (first + at) % self.each.len();
            let Some(host) = self.each.get(at) else { break };
            let mut options = host.clone();
            if !self.pooler {
                options = options.options(session.iter().map(|(name, value)| (*name, value)));
            }
            match timeout(self.within, self.reach(&options)).await {
                Ok(Ok(connection)) => {
                    self.first.store(at, Ordering::Relaxed);
                    return Ok(connection);
                }
                Ok(Err(error)) => last = error,
                Err(_) => {
                    last = StoreError::Unavailable("PostgreSQL did not accept a connection in time".to_owned());
                }
            }
        }
        Err(last)
    }

    async fn reach(&self, options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
        let mut connection =
            PgConnection::connect_with(options).await.map_err(|error| match error.as_database_error() {
                // Retrying would not help.
                Some(refusal) if refusal.message().starts_with("unsupported startup parameter") => StoreError::Other(
                    format!("{}: behind PgBouncer, set `postgres.pgbouncer = true`", refusal.message()),
                ),
                _ => error.into(),
            })?;
        if self.primary {
            // Not `transaction_read_only`: read-only connections have switched that on.
            let standby: bool =
                sqlx::query_scalar("SELECT pg_is_in_recovery()").persistent(false).fetch_one(&mut connection).await?;
            if standby {
                // An error while closing does not matter.
                let _ = connection.close().await;
                return Err(StoreError::Unavailable("no host of the database accepts writes".to_owned()));
            }
        }
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_4_2_several_hosts_are_read_from_one_url() {
        let (urls, wanted) =
            split("postgres://u:p%40@h1:5432,h2:5433,[::1]/db?sslmode=disable&target_session_attrs=read-write")
                .unwrap();
        assert_eq!(
            urls,
            [
                "postgres://u:p%40@h1:5432/db?sslmode=disable",
                "postgres://u:p%40@h2:5433/db?sslmode=disable",
                "postgres://u:p%40@[::1]/db?sslmode=disable"
            ]
        );
        assert_eq!(wanted.as_deref(), Some("read-write"));
        for plain in
            ["postgres://u@h/db", "postgresql://h", "postgres:///?host=/run/postgresql", "postgres://u:a@b@h/d"]
        {
            assert_eq!(split(plain).unwrap(), (vec![plain.to_owned()], None));
        }
    }

    #[test]
    fn point_4_2_hosts_that_accept_writes_are_wanted_where_it_matters() {
        let primary = |url: &str| Hosts::read(url, Duration::ZERO, false).map(|hosts| hosts.primary);
        assert_eq!(primary("postgres://h/db"), Ok(false));
        assert_eq!(primary("postgres://h,i/db"), Ok(true));
        assert_eq!(primary("postgres://h,i/db?target_session_attrs=any"), Ok(false));
        assert_eq!(primary("postgres://h/db?target_session_attrs=primary"), Ok(true));
        let standby = primary("postgres://u:hunter2@h/db?target_session_attrs=standby").unwrap_err().to_string();
        assert!(standby.contains("target_session_attrs") && !standby.contains("hunter2"));
    }
}
