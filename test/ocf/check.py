"""Checks objects of the Open Cap Table Format, one a line of the input, by its schema.

Prints for each object its type and what is wrong with it, or ok.  All schemas are those
beside this file; one that is missing is an error, and none is fetched from elsewhere.
"""
import json
import pathlib
import sys

from jsonschema import Draft7Validator, FormatChecker, RefResolver

OF_TYPE = {
    "STAKEHOLDER": "Stakeholder",
    "STOCK_CLASS": "StockClass",
    "TX_STOCK_ISSUANCE": "StockIssuance",
    "VESTING_TERMS": "VestingTerms",
}


class Beside(RefResolver):
    """Resolves references among the files of this folder."""

    def resolve_remote(self, uri):
        raise LookupError(f"the schema {uri} is not beside this file")


def main():
    files = pathlib.Path(__file__).parent.glob("*.schema.json")
    schemas = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
    store = {schema["$id"]: schema for schema in schemas.values()}
    for line in sys.stdin:
        found = json.loads(line)
        schema = schemas[OF_TYPE[found["object_type"]] + ".schema.json"]
        resolver = Beside(schema["$id"], schema, store=store)
        validator = Draft7Validator(schema, resolver=resolver, format_checker=FormatChecker())
        wrong = sorted(error.message for error in validator.iter_errors(found))
        print(found["object_type"], found["id"], "; ".join(wrong) or "ok")


main()
