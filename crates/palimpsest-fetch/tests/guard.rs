//! The guard against a corpus of URLs, and against random addresses in random notations.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use palimpsest_fetch::guard::{Refused, check_url, is_public};
use proptest::prelude::*;
use url::Url;

/// The lines that say something, each split at its bars. What cannot be seen is written as in Rust.
fn corpus(text: &str) -> Vec<Vec<String>> {
    let seen = |part: &str| {
        let escapes = [("\\u00ad", "\u{ad}"), ("\\u200b", "\u{200b}"), ("\\t", "\t"), ("\\n", "\n")];
        escapes.into_iter().fold(part.to_owned(), |part, (escape, meant)| part.replace(escape, meant))
    };
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(|line| line.split(" | ").map(seen).collect()).collect()
}

fn judged(url: &str) -> &'static str {
    match Url::parse(url).map(|url| check_url(&url)) {
        Err(_) => "invalid",
        Ok(Ok(())) => "allowed",
        Ok(Err(Refused::Scheme)) => "scheme",
        Ok(Err(Refused::Credentials)) => "credentials",
        Ok(Err(Refused::Port)) => "port",
        Ok(Err(Refused::Name)) => "name",
        Ok(Err(Refused::Address)) => "address",
    }
}

#[test]
fn every_line_of_the_corpus_is_refused_for_its_reason() {
    let lines = corpus(include_str!("corpus/refused.txt"));
    assert!(lines.len() >= 200, "{}", lines.len());
    let mut wrong = Vec::new();
    for line in lines {
        let [url, reason, why] = line.try_into().unwrap();
        let judged = judged(&url);
        if judged != reason {
            wrong.push(format!("{url} ({why}): {judged} instead of {reason}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_line_of_the_other_corpus_is_allowed() {
    let lines = corpus(include_str!("corpus/allowed.txt"));
    assert!(lines.len() >= 30, "{}", lines.len());
    for line in lines {
        let [url, why] = line.try_into().unwrap();
        assert_eq!(judged(&url), "allowed", "{url} ({why})");
    }
}

/// An address of a network that is not public.
fn local() -> impl Strategy<Value = Ipv4Addr> {
    let networks = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([224, 0, 0, 0], 3),
    ];
    (prop::sample::select(networks.to_vec()), any::<u32>())
        .prop_map(|((network, bits), host)| Ipv4Addr::from_bits(u32::from_be_bytes(network) | host >> bits))
}

/// How one number may be written in a URL.
fn number(value: u32, base: u8) -> String {
    match base % 5 {
        0 => format!("{value}"),
        1 => format!("0x{value:x}"),
        2 => format!("0X{value:08X}"),
        3 => format!("0{value:o}"),
        _ => format!("000{value:o}"),
    }
}

/// An address in one to four numbers, in any bases, in letters of any width, with any dots.
fn notation(address: Ipv4Addr, parts: usize, bases: [u8; 4], is_wide: bool, dot: char, is_ended: bool) -> String {
    let octets = address.octets();
    let mut numbers: Vec<u32> = octets[..parts - 1].iter().map(|&octet| u32::from(octet)).collect();
    numbers.push(octets[parts - 1..].iter().fold(0, |number, &octet| number << 8 | u32::from(octet)));
    let numbers: Vec<String> = numbers.iter().zip(bases).map(|(&value, base)| number(value, base)).collect();
    let mut text = numbers.join(&dot.to_string());
    if is_wide {
        let wide = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0xff10 + digit)).unwrap_or(c);
        text = text.chars().map(wide).collect();
    }
    if is_ended {
        text.push(dot);
    }
    text
}

fn dots() -> impl Strategy<Value = char> {
    prop::sample::select(vec!['.', '。', '．', '｡'])
}

proptest! {
    #[test]
    fn no_notation_hides_a_local_address(
        address in local(), parts in 1_usize..=4, bases: [u8; 4], is_wide: bool, dot in dots(), is_ended: bool,
    ) {
        let url = format!("http://{}/", notation(address, parts, bases, is_wide, dot, is_ended));
        prop_assert_eq!(judged(&url), "address", "{}", url);
    }

    #[test]
    fn every_notation_means_the_address_it_is_of(
        bits: u32, parts in 1_usize..=4, bases: [u8; 4], is_wide: bool, dot in dots(), is_ended: bool,
    ) {
        let address = Ipv4Addr::from_bits(bits);
        let url = format!("http://{}/", notation(address, parts, bases, is_wide, dot, is_ended));
        let expected = if is_public(IpAddr::V4(address)) { "allowed" } else { "address" };
        prop_assert_eq!(judged(&url), expected, "{}", url);
    }

    #[test]
    fn what_the_standard_library_calls_local_is_never_public(bits: u32, high: u16, low: u128) {
        let v4 = Ipv4Addr::from_bits(bits);
        let is_local = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
            || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
        prop_assert!(!(is_local && is_public(IpAddr::V4(v4))), "{}", v4);
        let v6 = Ipv6Addr::from_bits(u128::from(high) << 112 | low >> 16);
        let is_local = v6.is_loopback() || v6.is_multicast() || v6.is_unspecified() || v6.is_unique_local()
            || v6.is_unicast_link_local() || v6.to_ipv4().is_some();
        prop_assert!(!(is_local && is_public(IpAddr::V6(v6))), "{}", v6);
    }

    #[test]
    fn ipv6_that_embeds_ipv4_is_never_public(bits: u32, low: u64) {
        let v4 = u128::from(bits);
        let embedding = [
            v4,
            0xffff << 32 | v4,
            0xffff << 48 | v4,
            0x0064_ff9b << 96 | v4,
            0x0064_ff9b_0001 << 80 | v4,
            0x2002 << 112 | v4 << 80 | u128::from(low),
            0x2001_0000 << 96 | v4 << 64 | u128::from(low),
        ];
        for address in embedding.map(Ipv6Addr::from_bits) {
            prop_assert!(!is_public(IpAddr::V6(address)), "{}", address);
            prop_assert_eq!(judged(&format!("http://[{address}]/")), "address");
        }
    }
}
