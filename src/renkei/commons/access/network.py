"""Network addresses of clients, written one way."""

from __future__ import annotations

import ipaddress


def normal_ip(text: str) -> str | None:
    """The address in its shortest form, None if it is none.

    IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2) is the IPv4 address it maps, which is what a dual-stack socket
    reports for an IPv4 client; a zone (`%eth0`) is local to the machine and dropped.
    """
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def normal_network(text: str) -> str:
    """The network in CIDR form (a bare address is a network of one). Raises `ValueError` saying what is wrong."""
    network = ipaddress.ip_network(text.strip())
    if (
        isinstance(network, ipaddress.IPv6Network)
        and network.network_address.ipv4_mapped
        and network.prefixlen >= 96
    ):
        return f"{network.network_address.ipv4_mapped}/{network.prefixlen - 96}"
    return str(network)
