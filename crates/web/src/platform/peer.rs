//! The peer of the connection, and the client it forwards for.
use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The client's address: the peer's own or, behind proxies that we trust, the last address in `X-Forwarded-For` that is not
/// itself a trusted proxy. From any other peer, the header is ignored (RFC 9700 §4.13, checklist 88).
pub fn client_ip(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> String {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip().to_canonical());
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if !is_trusted(&peer) {
        return peer.to_string();
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        match address(hop) {
            Some(ip) if is_trusted(&ip) => {}
            Some(ip) => return ip.to_string(),
            None => break,
        }
    }
    peer.to_string()
}

/// Whether a proxy forwards for a client (RFC 7239).
pub fn speaks_for_others(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded")
}

/// Parses one entry: an address, which some proxies write with a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse::<IpAddr>().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|a| a.ip()))?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_88_forwarded_addresses_count_from_trusted_proxies_only() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let ip = |peer: &str, header: &str| {
            let mut headers = HeaderMap::new();
            if !header.is_empty() {
                headers.insert("x-forwarded-for", header.parse().unwrap());
            }
            client_ip(Some(format!("{peer}:1").parse().unwrap()), &headers, &trusted)
        };
        assert_eq!(ip("192.0.2.1", "198.51.100.1"), "192.0.2.1", "a stranger cannot choose an address");
        assert_eq!(ip("10.1.1.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(ip("10.1.1.1", "203.0.113.9, 198.51.100.1, 10.2.2.2"), "198.51.100.1", "the last that is not ours");
        assert_eq!(ip("10.1.1.1", "rubbish"), "10.1.1.1");
        assert_eq!(ip("10.1.1.1", ""), "10.1.1.1");
        for (hop, read) in [
            ("198.51.100.1:4711", "198.51.100.1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            assert_eq!(ip("10.1.1.1", hop), read, "{hop}");
        }
        assert_eq!(ip("10.1.1.1", "198.51.100.1, rubbish, 10.2.2.2"), "10.1.1.1", "nothing beyond rubbish counts");
    }
}
