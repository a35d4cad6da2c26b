//! Which addresses belong to the public network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network: its address, and how many leading bits of it count.
type Network<A> = (A, u32);

const fn v4(a: u8, b: u8, c: u8, bits: u32) -> Network<Ipv4Addr> {
    (Ipv4Addr::new(a, b, c, 0), bits)
}

const fn v6(a: u16, b: u16, bits: u32) -> Network<Ipv6Addr> {
    (Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), bits)
}

/// Of IPv4 everything is public but these (IANA's special-purpose registry). A block is refused whole where single
/// addresses of it are public: none of them serves pages.
const REFUSED_V4: [Network<Ipv4Addr>; 16] = [
    v4(0, 0, 0, 8),                        // "this network"; 0.0.0.0 connects to this machine
    v4(10, 0, 0, 8),                       // private
    v4(100, 64, 0, 10),                    // behind a carrier's NAT; also Alibaba's metadata service
    v4(127, 0, 0, 8),                      // loopback
    v4(169, 254, 0, 16),                   // link-local; the metadata service of most clouds
    v4(172, 16, 0, 12),                    // private
    v4(192, 0, 0, 24),                     // protocol assignments; also Oracle's metadata service
    v4(192, 0, 2, 24),                     // documentation
    v4(192, 88, 99, 24),                   // relays of 6to4
    v4(192, 168, 0, 16),                   // private
    v4(198, 18, 0, 15),                    // benchmarks
    v4(198, 51, 100, 24),                  // documentation
    v4(203, 0, 113, 24),                   // documentation
    v4(224, 0, 0, 4),                      // multicast
    v4(240, 0, 0, 4),                      // reserved, and broadcast
    (Ipv4Addr::new(168, 63, 129, 16), 32), // the host of a machine in Azure: public by number, private by use
];

/// Of IPv6 this is what was given out as public (2000::/3). Outside lie loopback, mapped and compatible IPv4, both
/// NAT64 prefixes, discard, segment routing, unique local, link-local, site-local and multicast.
const GIVEN_OUT_V6: Network<Ipv6Addr> = v6(0x2000, 0, 3);

/// Within it, these are not public.
const REFUSED_V6: [Network<Ipv6Addr>; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments: Teredo (which embeds IPv4), benchmarks, ORCHID
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4, which embeds IPv4
    v6(0x3fff, 0, 20),     // documentation
];

/// Whether an address belongs to the public network. An IPv6 address that embeds an IPv4 one is refused whatever it
/// embeds: no name of a page has such an address.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !REFUSED_V4.iter().any(|&network| contains_v4(network, address)),
        IpAddr::V6(address) => {
            contains_v6(GIVEN_OUT_V6, address) && !REFUSED_V6.iter().any(|&network| contains_v6(network, address))
        }
    }
}

fn contains_v4((network, bits): Network<Ipv4Addr>, address: Ipv4Addr) -> bool {
    (network.to_bits() ^ address.to_bits()).leading_zeros() >= bits
}

fn contains_v6((network, bits): Network<Ipv6Addr>, address: Ipv6Addr) -> bool {
    (network.to_bits() ^ address.to_bits()).leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last address of a network, and the ones before and after.
    fn edges(text: &str) -> (Vec<IpAddr>, Vec<IpAddr>) {
        let (network, bits) = text.split_once('/').unwrap();
        let bits: u32 = bits.parse().unwrap();
        match network.parse().unwrap() {
            IpAddr::V4(network) => {
                let first = network.to_bits();
                let last = first | u32::MAX.checked_shr(bits).unwrap_or(0);
                let address = |bits: u32| IpAddr::V4(Ipv4Addr::from_bits(bits));
                let around = [first.checked_sub(1), last.checked_add(1)];
                (vec![address(first), address(last)], around.into_iter().flatten().map(address).collect())
            }
            IpAddr::V6(network) => {
                let first = network.to_bits();
                let last = first | u128::MAX.checked_shr(bits).unwrap_or(0);
                let address = |bits: u128| IpAddr::V6(Ipv6Addr::from_bits(bits));
                let around = [first.checked_sub(1), last.checked_add(1)];
                (vec![address(first), address(last)], around.into_iter().flatten().map(address).collect())
            }
        }
    }

    #[test]
    fn networks_are_refused_from_their_first_address_to_their_last() {
        // With whether the neighbours on both sides are public.
        let networks = [
            ("0.0.0.0/8", true),
            ("10.0.0.0/8", true),
            ("100.64.0.0/10", true),
            ("127.0.0.0/8", true),
            ("168.63.129.16/32", true),
            ("169.254.0.0/16", true),
            ("172.16.0.0/12", true),
            ("192.0.0.0/24", true),
            ("192.0.2.0/24", true),
            ("192.88.99.0/24", true),
            ("192.168.0.0/16", true),
            ("198.18.0.0/15", true),
            ("198.51.100.0/24", true),
            ("203.0.113.0/24", true),
            ("224.0.0.0/4", false),
            ("240.0.0.0/4", false),
            ("::/3", false),
            ("::ffff:0:0/96", false),
            ("64:ff9b::/96", false),
            ("64:ff9b:1::/48", false),
            ("100::/64", false),
            ("2001::/23", true),
            ("2001::/32", false),
            ("2001:db8::/32", true),
            ("2002::/16", true),
            ("3fff::/20", true),
            ("4000::/2", false),
            ("5f00::/16", false),
            ("fc00::/7", false),
            ("fe80::/10", false),
            ("fec0::/10", false),
            ("ff00::/8", false),
        ];
        for (network, alone) in networks {
            let (inside, around) = edges(network);
            for address in inside {
                assert!(!is_public(address), "{address} of {network}");
            }
            for address in around.into_iter().filter(|_| alone) {
                // 192.0.1.255 lies between two networks that are refused; all other neighbours are public.
                assert!(is_public(address), "{address} beside {network}");
            }
        }
    }
}
