//! Two network namespaces with a link between them: a node in one, its database in the other. The machine's own
//! network is not affected.
use super::proxy::Proxy;
use super::site::Site;
use super::way::Way;
use crate::process::must_succeed;
use crate::test::install::debian;
use anyhow::{Context, Result};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;
use std::thread;

/// Addresses for documentation (RFC 5737).
const OF_NODE: &str = "192.0.2.2";
const OF_DATABASE: &str = "192.0.2.1";

pub struct Network {
    _node: Namespace,
    database: Namespace,
    /// To the database, and from the machine to the node.
    _forwarders: [Proxy; 2],
}

impl Network {
    /// Moves a site into the network. The database and the node's clients stay where they are: connections are forwarded.
    pub fn around(site: &mut Site, postgres: u16) -> Result<Self> {
        debian(&["iproute2"], || Path::new("/usr/sbin/ip").exists() || Path::new("/usr/bin/ip").exists())?;
        let (node, database) = (Namespace::new("node")?, Namespace::new("database")?);
        ip(
            &["link", "add", "link0", "netns", &node.name, "type", "veth"],
            &["peer", "name", "link0", "netns", &database.name],
        )?;
        node.up(OF_NODE)?;
        database.up(OF_DATABASE)?;
        let listener = database.inside(|| Ok(TcpListener::bind((OF_DATABASE, 0))?))?;
        let to_database = Proxy::between(listener, move || Ok(TcpStream::connect(("127.0.0.1", postgres))?))?;
        let (name, port) = (node.name.clone(), site.port);
        let dial = move || inside(&name, || Ok(TcpStream::connect(("127.0.0.1", port))?));
        let to_node = Proxy::between(TcpListener::bind(("127.0.0.1", port))?, dial)?;
        let address = format!("{OF_DATABASE}:{}/", to_database.port);
        site.database = site.database.replace(&format!("127.0.0.1:{postgres}/"), &address);
        site.within = ["ip", "netns", "exec", &node.name].map(str::to_owned).into();
        Ok(Self { _node: node, database, _forwarders: [to_database, to_node] })
    }
}

impl Way for Network {
    fn cut(&self) -> Result<()> {
        self.database.link("down")
    }

    fn mend(&self) -> Result<()> {
        self.database.link("up")
    }
}

/// A network namespace, removed when dropped.
struct Namespace {
    name: String,
}

impl Namespace {
    fn new(what: &str) -> Result<Self> {
        let name = format!("countersign-{}-{what}", std::process::id());
        ip(&["netns", "add", &name], &[]).context("a network namespace, which needs root")?;
        Ok(Self { name })
    }

    fn up(&self, address: &str) -> Result<()> {
        let own = ["-netns", &self.name];
        ip(&own, &["address", "add", &format!("{address}/30"), "dev", "link0"])?;
        ip(&own, &["link", "set", "lo", "up"])?;
        self.link("up")
    }

    fn link(&self, state: &str) -> Result<()> {
        ip(&["-netns", &self.name], &["link", "set", "link0", state])
    }

    fn inside<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        inside(&self.name, work)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = ip(&["netns", "delete", &self.name], &[]);
    }
}

/// Runs `work` on a thread in the namespace. A socket created there stays in it.
fn inside<T: Send>(namespace: &str, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let file = File::open(Path::new("/run/netns").join(namespace))?;
    let there = || {
        move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
        work()
    };
    thread::scope(|scope| scope.spawn(there).join()).unwrap_or_else(|_| anyhow::bail!("a thread panicked"))
}

fn ip(first: &[&str], rest: &[&str]) -> Result<()> {
    must_succeed(Command::new("ip").args(first).args(rest))
}
