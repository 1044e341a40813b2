"""Checks that the JSON Schema of `flare schema` and the decoder of `flare validate` agree.

usage: agreement.py FLARE CONFIGS [MUTATIONS]

All pipelines in CONFIGS have to be valid by both. Then MUTATIONS of them are made, from a fixed seed, and each has to be
accepted by both or refused by both; what no schema can tell is not among them. JSON is YAML, so mutated pipelines are written as JSON. Ends with 1 after a
disagreement. Needs PyPI's jsonschema and PyYAML.
"""

import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import jsonschema
import yaml

flare, configs = sys.argv[1], pathlib.Path(sys.argv[2])
mutations = int(sys.argv[3]) if len(sys.argv) > 3 else 200
schema = json.loads(subprocess.run([flare, "schema"], check=True, capture_output=True, text=True).stdout)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
dice = random.Random(1)

# Values of all types; which are right where is for the two to say. Not among them: references to the environment, for what
# a variable holds is not the schema's to know.
VALUES = [None, True, False, 0, 1, -1, 7, 0.5, -2.5, 1e6, "", "x", "24h", "90s", "1h30m", "h24", "16 MB", "1 %", "101 %",
          "10.0.0.0/8", "10.0.0.1", "2024-05-01", "2024-05-01T06:00:00Z", "all", "outbound", [], ["x"], [1], {}, {"x": 1}, {"since": "2024-05-01"}, [[]], "-", "builtin:x"]


def places(node, path=()):
    """All places of a document, as paths."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def mutated(document):
    document = copy.deepcopy(document)
    for _ in range(dice.choice([1, 1, 1, 2])):
        path = dice.choice([path for path in places(document) if path])
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        key = path[-1]
        change = dice.randrange(5)
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder, dict):
            holder[dice.choice([f"{key}s", "nonsense", "plugin", "path", "paths"])] = holder.pop(key)
        elif change == 2 and isinstance(holder, list) and path[0] != "sinks":
            # Two sinks that write to one file are refused by the decoder, and no schema can say that.
            holder.append(copy.deepcopy(dice.choice(holder)))
        elif change == 3 and isinstance(holder, dict):
            holder[dice.choice(OPTIONS)] = copy.deepcopy(dice.choice(VALUES))
        else:
            holder[key] = copy.deepcopy(dice.choice(VALUES))
    return document


OPTIONS = sorted({name for definition in schema["$defs"].values() for name in definition["properties"]}
                 | set(schema["properties"]))

# What a plugin knows of a text, and a schema cannot tell.
BEYOND_SCHEMA = ("is no URL", "is no schema", "is no name of an index", "a date of an unknown form")


def is_accepted(document, folder):
    path = pathlib.Path(folder) / "pipeline.yaml"
    path.write_text(json.dumps(document))
    result = subprocess.run([flare, "validate", str(path)], capture_output=True, text=True)
    if result.returncode not in (0, 78):
        sys.exit(f"flare validate ended with {result.returncode}: {result.stderr}")
    return result.returncode == 0, result.stderr


pipelines = []
for path in sorted(configs.glob("*.yaml")):
    document = yaml.safe_load(path.read_text())
    if not isinstance(document, dict) or "sources" not in document:
        continue
    if not path.read_text().startswith("# yaml-language-server: $schema="):
        sys.exit(f"{path}: the first line does not point editors to the schema")
    errors = [error.message for error in validator.iter_errors(document)]
    if errors:
        sys.exit(f"{path}: the schema refuses it: {errors}")
    pipelines.append(document)
if not pipelines:
    sys.exit(f"there is no pipeline in {configs}")

disagreements = accepted = compared = beyond = 0
with tempfile.TemporaryDirectory() as folder:
    while compared < mutations:
        document = mutated(dice.choice(pipelines))
        by_schema = [error.message for error in validator.iter_errors(document)]
        by_decoder, words = is_accepted(document, folder)
        if not by_schema and any(phrase in words for phrase in BEYOND_SCHEMA):
            beyond += 1
            if beyond * 10 > mutations:
                sys.exit("too many pipelines are refused for what no schema can tell")
            continue
        compared += 1
        accepted += by_decoder
        if by_decoder != (not by_schema):
            disagreements += 1
            print(json.dumps(document), "schema:", by_schema or "fine", "decoder:", words or "fine", sep="\n  ")
print(f"{compared} mutated pipelines, {accepted} accepted, {disagreements} disagreements; "
      f"{beyond} more that no schema can tell")
sys.exit(disagreements > 0)
