//! Where the server may send requests: URLs named by outsiders must not reach what only the server can reach.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Why a URL or an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundRefusal {
    /// It cannot be parsed, has no host, or is too long.
    #[error("not an absolute URL of at most 2048 characters")]
    Malformed,
    /// Another scheme than https, or than http where that is allowed.
    #[error("the URL must be https")]
    Scheme,
    /// It has a user name or a password before the host.
    #[error("the URL must not hold a user name or password")]
    Credentials,
    /// It contains `#`.
    #[error("the URL must not hold a fragment")]
    Fragment,
    /// A port that usually belongs to a service other than a web server.
    #[error("the port must be 443, 80, or 1024 or above")]
    Port,
    /// The address is private, reserved, or of this machine.
    #[error("the address is not one of the public internet")]
    Address,
}

use OutboundRefusal as R;

/// Which targets are allowed in addition to public ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Public addresses, over https.
    #[default]
    Public,
    /// For tests and development: also private addresses, and http on loopback.
    Private,
}

/// A URL that may be requested, as far as can be determined before its name is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URL, without credentials and fragment.
    pub url: Url,
    /// The host to resolve, or the address to connect to.
    pub host: Host<String>,
    /// The port of the URL, or the default of its scheme.
    pub port: u16,
    /// Whether to connect with TLS; only loopback can go without.
    pub tls: bool,
}

impl Target {
    /// Checks everything but the addresses that a host name resolves to: see [`Target::may_reach`].
    pub fn parse(text: &str, reach: Reach) -> Result<Self, R> {
        if text.len() > 2048 {
            return Err(R::Malformed);
        }
        let url = Url::parse(text).map_err(|_| R::Malformed)?;
        let tls = match url.scheme() {
            "https" => true,
            "http" if reach == Reach::Private => false,
            _ => return Err(R::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(R::Credentials);
        }
        if url.fragment().is_some() {
            return Err(R::Fragment);
        }
        let host = url.host().ok_or(R::Malformed)?.to_owned();
        let port = url.port_or_known_default().ok_or(R::Port)?;
        if !matches!(port, 443 | 80 | 1024..) {
            return Err(R::Port);
        }
        let address = match &host {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
        };
        let target = Self { url, host, port, tls };
        match address {
            Some(address) if !target.may_reach(address, reach) => Err(R::Address),
            _ => Ok(target),
        }
    }

    /// Whether a connection to this address may be made. Check every address that the host name resolves to.
    pub fn may_reach(&self, address: IpAddr, reach: Reach) -> bool {
        match reach {
            Reach::Public => is_public(address),
            Reach::Private => self.tls || address.to_canonical().is_loopback(),
        }
    }
}

/// Networks outside the public internet, from IANA's special-purpose registries (RFC 6890).
const SPECIAL_V4: [(Ipv4Addr, u32); 18] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carriers' NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, with the metadata services of clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // assignments of the IETF
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24), // AMT
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(192, 175, 48, 0), 24), // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// Inside global unicast; nothing outside it is public.
const SPECIAL_V6: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // assignments of the IETF: Teredo, benchmarking, ORCHID and others
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Whether an address belongs to the public internet. An IPv6 address that embeds another address (mapped, compatible,
/// 6to4, NAT64) does not, whatever it embeds.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            let inside = |(net, bits): &(Ipv4Addr, u32)| (ip.to_bits() ^ net.to_bits()) >> (32 - bits) == 0;
            !SPECIAL_V4.iter().any(inside)
        }
        IpAddr::V6(ip) => {
            let inside = |(net, bits): &(Ipv6Addr, u32)| (ip.to_bits() ^ net.to_bits()) >> (128 - bits) == 0;
            inside(&GLOBAL_UNICAST) && !SPECIAL_V6.iter().any(inside)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checklist 106.
    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let special = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.168.1.1",
            "192.175.48.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::10.0.0.1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:1::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:30::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "2620:4f:8000::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ];
        for text in special {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.0.1",
            "169.255.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "191.255.255.255",
            "192.0.1.1",
            "192.167.0.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "198.51.99.1",
            "203.0.112.1",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700::1",
            "2a00:1450::1",
            "3ffe::1",
            "3fff:1000::1",
        ];
        for text in public {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn only_plain_https_urls_can_be_asked() {
        let parse = |text| Target::parse(text, Reach::Public).map(|target| target.port);
        assert_eq!(parse("https://a.example/hook?x=1"), Ok(443));
        assert_eq!(parse("https://a.example:8443/"), Ok(8443));
        assert_eq!(parse("https://a.example:80/"), Ok(80));
        assert_eq!(parse("https://1.1.1.1/"), Ok(443));
        assert_eq!(parse("https://[2606:4700::1]:1024/"), Ok(1024));
        let refused = [
            ("a.example", R::Malformed),
            ("/hook", R::Malformed),
            ("https://", R::Malformed),
            ("http://a.example/", R::Scheme),
            ("http://127.0.0.1/", R::Scheme),
            ("file:///etc/passwd", R::Scheme),
            ("gopher://a.example/", R::Scheme),
            ("unix:/run/x", R::Scheme),
            ("https://user@a.example/", R::Credentials),
            ("https://:password@a.example/", R::Credentials),
            ("https://a.example/#x", R::Fragment),
            ("https://a.example:25/", R::Port),
            ("https://a.example:0/", R::Port),
            ("https://a.example:1023/", R::Port),
            ("https://127.0.0.1/", R::Address),
            ("https://2130706433/", R::Address),
            ("https://0x7f.1/", R::Address),
            ("https://0177.0.0.1/", R::Address),
            ("https://127.1/", R::Address),
            ("https://[::1]/", R::Address),
            ("https://[::ffff:10.0.0.1]/", R::Address),
            ("https://169.254.169.254/latest/meta-data", R::Address),
        ];
        for (text, refusal) in refused {
            assert_eq!(parse(text), Err(refusal), "{text}");
        }
        assert_eq!(parse(&format!("https://a.example/{}", "x".repeat(2048))), Err(R::Malformed));
    }

    #[test]
    fn in_development_http_reaches_loopback_and_nothing_else() {
        let parse = |text| Target::parse(text, Reach::Private);
        assert!(parse("http://127.0.0.1:8000/").is_ok_and(|target| !target.tls));
        assert!(parse("http://[::1]:8000/").is_ok());
        assert!(parse("https://10.0.0.1/").is_ok_and(|target| target.tls));
        assert_eq!(parse("http://10.0.0.1/"), Err(R::Address));
        let named = parse("http://localhost:8000/").unwrap();
        assert!(named.may_reach("127.0.0.1".parse().unwrap(), Reach::Private));
        assert!(!named.may_reach("10.0.0.1".parse().unwrap(), Reach::Private));
        assert!(!named.may_reach("127.0.0.1".parse().unwrap(), Reach::Public));
    }
}
