"""The codes of all families."""

import re

from apigen.diagnostics import Severity
from apigen.diagnostics.registry import all_codes, by_name


def test_ids_and_slugs_are_unique() -> None:
    codes = all_codes()
    assert len({code.id for code in codes}) == len(codes)
    assert len({code.slug for code in codes}) == len(codes)
    assert len(by_name()) == 2 * len(codes)


def test_every_code_is_explained() -> None:
    for code in all_codes():
        assert re.fullmatch(r"(AG[0-9]{3}|D[0-9]{1,2})", code.id)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.slug)
        assert code.meaning.endswith(".")
        assert code.mend.endswith(".")
        assert code.severity in Severity


def test_codes_of_reading_and_of_the_contract_are_in() -> None:
    assert by_name()["duplicate-key"].id == "AG003"
    assert by_name()["AG101"].slug == "missing-member"
