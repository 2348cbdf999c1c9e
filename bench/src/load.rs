//! The load: several connections, each running one operation after another.
use crate::http::{Connection, form, get};
use crate::stats::Measured;
use crate::target::{Party, Target, code};
use anyhow::ensure;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Discovery,
    Jwks,
    ClientCredentials,
    Introspection,
    Userinfo,
    Refresh,
    RefreshRotating,
    CodeFlow,
    CodeFlowEdDsa,
}

impl Operation {
    pub const ALL: [Self; 9] = [
        Self::Discovery,
        Self::Jwks,
        Self::ClientCredentials,
        Self::Introspection,
        Self::Userinfo,
        Self::Refresh,
        Self::RefreshRotating,
        Self::CodeFlow,
        Self::CodeFlowEdDsa,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::ClientCredentials => "client_credentials",
            Self::Introspection => "introspection",
            Self::Userinfo => "userinfo",
            Self::Refresh => "refresh",
            Self::RefreshRotating => "refresh_rotating",
            Self::CodeFlow => "code_flow_rs256",
            Self::CodeFlowEdDsa => "code_flow_eddsa",
        }
    }

    /// The ratio to the peer that the design requires at 32 connections.
    pub const fn budget(self) -> f64 {
        match self {
            Self::Discovery | Self::Introspection | Self::Userinfo => 5.0,
            Self::Jwks => 3.0,
            Self::ClientCredentials => 6.0,
            Self::Refresh | Self::RefreshRotating => 2.5,
            Self::CodeFlow => 4.0,
            // The design gives no EdDSA figure for the peer; the target is ten times its RS256 flow.
            Self::CodeFlowEdDsa => 10.0,
        }
    }
}

/// The work of one connection.
enum Work {
    /// Repeats one request and checks that the response contains `holds`.
    Same {
        request: Vec<u8>,
        holds: &'static str,
    },
    Rotate {
        party: Party,
        token: String,
    },
    Flow {
        party: Party,
        authorize: Vec<u8>,
    },
}

async fn prepare(target: &Target, operation: Operation, connection: &mut Connection) -> anyhow::Result<Work> {
    let port = target.port;
    let same = |request, holds| Work::Same { request, holds };
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let refresh = |party: &Party, token: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        form(port, target.paths.token, &party.basic(), &party.fields(&fields))
    };
    Ok(match operation {
        Operation::Discovery => same(get(port, target.paths.discovery, ""), "\"issuer\""),
        Operation::Jwks => same(get(port, target.paths.jwks, ""), "\"keys\""),
        Operation::ClientCredentials => {
            let fields = [("grant_type", "client_credentials"), ("scope", "contracts:read")];
            same(form(port, target.paths.token, &target.machine.basic(), &fields), "\"access_token\"")
        }
        Operation::Introspection => {
            let tokens = target.tokens(connection, &target.web).await?;
            let fields = [("token", tokens.member("access_token")?)];
            same(form(port, target.paths.introspect, &target.web.basic(), &fields), "\"active\":true")
        }
        Operation::Userinfo => {
            let tokens = target.tokens(connection, &target.web).await?;
            same(get(port, target.paths.userinfo, &bearer(tokens.member("access_token")?)), "\"sub\"")
        }
        Operation::Refresh => {
            let tokens = target.tokens(connection, &target.web).await?;
            same(refresh(&target.web, tokens.member("refresh_token")?), "\"id_token\"")
        }
        Operation::RefreshRotating => {
            let tokens = target.tokens(connection, &target.spa).await?;
            Work::Rotate { party: target.spa.clone(), token: tokens.member("refresh_token")?.to_owned() }
        }
        Operation::CodeFlow | Operation::CodeFlowEdDsa => {
            let party = if operation == Operation::CodeFlow { &target.web } else { &target.eddsa };
            let authorize = get(port, &target.authorize(party), &target.cookies);
            Work::Flow { party: party.clone(), authorize }
        }
    })
}

/// Runs one operation. A response other than success ends the run.
async fn once(target: &Target, work: &mut Work, connection: &mut Connection) -> anyhow::Result<()> {
    match work {
        Work::Same { request, holds } => {
            let answer = connection.send(request).await?;
            ensure!(answer.status == 200 && answer.body().contains(*holds), "{} {}", answer.status, answer.body());
        }
        Work::Rotate { party, token } => {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
            let request = form(target.port, target.paths.token, &party.basic(), &party.fields(&fields));
            let answer = connection.send(&request).await?;
            ensure!(answer.body().contains("\"id_token\""), "{} {}", answer.status, answer.body());
            answer.member("refresh_token")?.clone_into(token);
        }
        Work::Flow { party, authorize } => {
            let answer = connection.send(authorize).await?;
            let tokens = connection.send(&target.exchange(party, &code(&answer)?)).await?;
            ensure!(tokens.body().contains("\"id_token\""), "{} {}", tokens.status, tokens.body());
        }
    }
    Ok(())
}

/// Measures for `seconds`, after a second of warming up.
#[expect(clippy::disallowed_methods, reason = "measuring is what this program does")]
pub async fn measure(
    target: &Target,
    operation: Operation,
    connections: usize,
    seconds: u64,
) -> anyhow::Result<Measured> {
    let mut ready = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(target.port).await?;
        let work = prepare(target, operation, &mut connection).await?;
        ready.push((connection, work));
    }
    let warm = Instant::now() + Duration::from_secs(1);
    let end = warm + Duration::from_secs(seconds);
    let tasks: Vec<_> = ready
        .into_iter()
        .map(|(mut connection, mut work)| {
            let target = target.clone();
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(1 << 16);
                let mut began = Instant::now();
                while began < end {
                    once(&target, &mut work, &mut connection).await?;
                    let done = Instant::now();
                    if began >= warm {
                        times.push(u64::try_from((done - began).as_micros())?);
                    }
                    began = done;
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    Ok(Measured::of(all, seconds as f64))
}
