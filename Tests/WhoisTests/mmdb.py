"""MaxMind DB files for the tests, by PyPI's mmdb_writer, and what PyPI's maxminddb reads from a real one.

usage: mmdb.py write FOLDER    writes asn.mmdb, city.mmdb, ipinfo.mmdb, asn4.mmdb and asn-new.mmdb
       mmdb.py read            prints addresses with country and prefix from the real GeoLite2-City, as JSON
"""

import ipaddress
import json
import pathlib
import sys


def write(folder):
    from mmdb_writer import MMDBWriter
    from netaddr import IPSet

    def file(name, type, version, records):
        writer = MMDBWriter(version, type, ipv4_compatible=version == 6, description="made for tests")
        for networks, record in records:
            writer.insert_network(IPSet(networks), record)
        writer.to_db_file(str(folder / name))

    def asn(number, name):
        return {"autonomous_system_number": number, "autonomous_system_organization": name}

    file("asn.mmdb", "GeoLite2-ASN", 6, [
        (["198.51.0.0/16"], asn(64496, "EXAMPLE-NET")), (["198.51.100.0/24"], asn(64497, "EXAMPLE-SUB, DE")),
        (["2001:4860::/32"], asn(15169, "GOOGLE"))])
    file("asn-new.mmdb", "GeoLite2-ASN", 6, [(["198.51.0.0/16"], asn(64499, "EXAMPLE-NEW"))])
    file("asn4.mmdb", "GeoLite2-ASN", 4, [(["198.51.0.0/16"], asn(64498, "EXAMPLE-FOUR"))])
    file("city.mmdb", "GeoLite2-City", 6, [
        (["198.51.100.0/25", "2001:4860::/32"], {"country": {"iso_code": "US"}, "city": {"names": {"en": "X"}}}),
        (["198.51.100.128/25"], {"registered_country": {"iso_code": "FR"}})])
    file("ipinfo.mmdb", "ipinfo standard_free_country_asn.mmdb", 6, [
        (["198.51.0.0/16"], {"asn": "AS64496", "as_name": "Example Inc.", "country": "NL", "country_name": "Netherlands"})])


def read():
    import _maxminddb_geolite2
    import maxminddb

    path = next(pathlib.Path(_maxminddb_geolite2.__file__).parent.glob("*.mmdb"))
    reader = maxminddb.open_database(str(path))
    answers = {}
    numbers = [(n * 2654435761) % (1 << 32) for n in range(1, 4000)]
    addresses = [ipaddress.IPv4Address(n) for n in numbers]
    addresses += [ipaddress.IPv6Address((0x2001 << 112) | (n << 88) | n) for n in numbers[:1000]]
    for address in addresses:
        if address.is_global:
            record, length = reader.get_with_prefix_len(str(address))
            record = record or {}
            country = record.get("country", record.get("registered_country", {})).get("iso_code")
            answers[str(address)] = [country or "", length]
    json.dump({"path": str(path), "answers": answers}, sys.stdout)


write(pathlib.Path(sys.argv[2])) if sys.argv[1] == "write" else read()
