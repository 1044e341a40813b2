"""Registered domains by PyPI's publicsuffixlist.

usage: suffixes.py LIST FOLDER    prints each host name of MISP's lists in FOLDER with its registered domain, or nothing
"""

import json
import pathlib
import sys

from publicsuffixlist import PublicSuffixList

text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
suffixes = PublicSuffixList(source=text.splitlines())
# That library takes what a wildcard stands under for a suffix too, which the list's published algorithm does not.
under_wildcards = {line[2:].strip() for line in text.splitlines() if line.startswith("*.")}
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
    content = json.loads(path.read_text())
    if content["type"] in ("hostname", "string"):
        for name in content["list"]:
            name = name.strip(".").lower()
            if name.isascii() and ".." not in name and name not in under_wildcards:
                print(name, suffixes.privatesuffix(name) or "", sep="\t")
