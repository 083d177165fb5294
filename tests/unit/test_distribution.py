"""What a document says becomes what pyproject.toml may say."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from apigen.distribution import toml_string, version


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("1.0.0", "1.0.0"),
        ("v1", "1"),
        ("1.0.0-beta.2", "1.0.0b2"),
        ("1.0.0-rc1", "1.0.0rc1"),
        ("2.3.0-alpha", "2.3.0a0"),
        ("1.2.3+build.7", "1.2.3"),
        ("1.0.0-dev", "1.0.0.dev0"),
        ("2024-01-31", "2024.1.31"),
        ("2024-01-31.clover", "2024.1.31"),
        ("1.0.0-SNAPSHOT", "1.0.0"),
        ("API 3.1 (draft)", "3.1"),
        ("007", "7"),
        ("", "0"),
        ("unversioned", "0"),
        ('1"\n[project]', "1"),
    ],
)
def test_a_version_becomes_one_of_packages(text: str, made: str) -> None:
    assert version(text) == made


@given(st.text())
def test_whatever_is_said_a_version_comes_out(text: str) -> None:
    Version(version(text))


@given(st.from_regex(r"v?[0-9]{1,3}(\.[0-9]{1,3}){0,3}[-.]?(a|b|rc|alpha|dev)?\.?[0-9]?\n?"))
def test_what_resembles_a_version_becomes_one(text: str) -> None:
    Version(version(text))


@given(st.text())
def test_whatever_is_said_a_toml_string_comes_out(text: str) -> None:
    tomllib.loads(f"x = {toml_string(text)}\n")


def test_a_text_that_is_printable_stays() -> None:
    said = 'He said "über" \\ 😀'
    assert tomllib.loads(f"x = {toml_string(said)}") == {"x": said}
