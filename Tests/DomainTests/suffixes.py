"""Registered domains by PyPI's publicsuffixlist.

usage: suffixes.py LIST FOLDER    prints each host name of MISP's lists in FOLDER with its registered domain, or nothing
"""

import json
import pathlib
import sys

from publicsuffixlist import PublicSuffixList

suffixes = PublicSuffixList(source=open(sys.argv[1], encoding="utf-8"), idna=True)
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
    content = json.loads(path.read_text())
    if content["type"] in ("hostname", "string"):
        for name in content["list"]:
            name = name.strip(".").lower()
            if name.isascii() and ".." not in name:
                print(name, suffixes.privatesuffix(name) or "", sep="\t")
