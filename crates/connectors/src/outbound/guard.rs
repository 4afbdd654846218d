//! Where connections may go. A platform's address comes from whoever declares it; the machine's own metadata
//! service, which hands out credentials to anybody who asks, must not be reached that way.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Metadata services outside the link-local ranges: Alibaba Cloud, Oracle Cloud, Azure's wire server, and Google's
/// and Amazon's by IPv6.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error("{host}: {source}")]
    Resolution { host: String, source: std::io::Error },
    #[error(
        "{host} has no address that may be called: {address} is link-local, a metadata service or not one host"
    )]
    Forbidden { host: String, address: IpAddr },
    #[error("{host} has no address")]
    Nothing { host: String },
}

/// Lets names through to the addresses that may be called.
#[derive(Clone, Debug)]
pub struct Guard {
    allowed: Arc<[IpAddr]>,
}

impl Guard {
    pub fn new(allowed: Vec<IpAddr>) -> Self {
        Self { allowed: allowed.into() }
    }

    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|allowed| allowed.to_canonical() == address) || !is_closed(address)
    }

    /// The addresses of `host` that may be called; an error if there is none.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, GuardError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((bare, port));
        let found: Vec<SocketAddr> =
            found.await.map_err(|source| GuardError::Resolution { host: host.to_owned(), source })?.collect();
        let (permitted, closed): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|address| self.permits(address.ip()));
        match (permitted.is_empty(), closed.first()) {
            (false, _) => Ok(permitted),
            (true, Some(closed)) => {
                Err(GuardError::Forbidden { host: host.to_owned(), address: closed.ip() })
            }
            (true, None) => Err(GuardError::Nothing { host: host.to_owned() }),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = Self::resolve(&guard, name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn is_closed(address: IpAddr) -> bool {
    if let IpAddr::V6(v6) = address
        && let Some(inner) = translated(v6)
    {
        return is_closed(inner.into());
    }
    let many_or_none = address.is_unspecified() || address.is_multicast();
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    many_or_none || link_local || METADATA.contains(&address)
}

/// The IPv4 address that a gateway would make of it: NAT64 (RFC 6052), 6to4 (RFC 3056), and the form `::1.2.3.4`.
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => of(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high > 0 => of(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_link_local_addresses_are_closed() {
        let guard = Guard::new(Vec::new());
        for closed in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "100.100.100.200",
            "168.63.129.16",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::169.254.169.254",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!guard.permits(closed.parse().expect("an address")), "{closed}");
        }
        for open in ["127.0.0.1", "::1", "10.0.0.7", "93.184.216.34", "fd00::1", "64:ff9b::5db8:d822"] {
            assert!(guard.permits(open.parse().expect("an address")), "{open}");
        }
        let named = Guard::new(vec!["169.254.10.1".parse().expect("an address")]);
        assert!(named.permits("169.254.10.1".parse().expect("an address")));
        assert!(!named.permits("169.254.169.254".parse().expect("an address")));
    }

    #[tokio::test]
    async fn a_literal_address_is_looked_at_as_well() {
        let guard = Guard::new(Vec::new());
        let refused = Guard::resolve(&guard, "169.254.169.254", 80).await;
        assert!(matches!(refused, Err(GuardError::Forbidden { .. })), "{refused:?}");
        let found = Guard::resolve(&guard, "[::1]", 80).await.expect("an address");
        assert_eq!(found, ["[::1]:80".parse().expect("an address")]);
    }

    /// As the HTTP client asks for a name; a literal stands for a name that resolves to it.
    #[tokio::test]
    async fn a_name_leads_to_permitted_addresses_only() {
        let resolve = async |guard: &Guard, name: &str| {
            let found = Resolve::resolve(guard, name.parse().expect("a name")).await;
            found.map(|addresses| addresses.count()).map_err(|error| error.to_string())
        };
        let guard = Guard::new(Vec::new());
        let closed = resolve(&guard, "169.254.169.254").await.expect_err("a metadata service");
        assert!(closed.starts_with("169.254.169.254 has no address that may be called"), "{closed}");
        assert!(resolve(&guard, "localhost").await.expect("addresses") > 0);
        let named = Guard::new(vec!["169.254.169.254".parse().expect("an address")]);
        assert_eq!(resolve(&named, "169.254.169.254").await, Ok(1));
    }
}
