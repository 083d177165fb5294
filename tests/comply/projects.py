"""A small project that keeps every rule that can be told without a running service."""

import contextlib
import datetime
from pathlib import Path

from apigen import config, pipeline
from apigen.comply import gathering, rules
from apigen.comply.facts import Facts
from apigen.comply.judgement import Judgement
from apigen.diagnostics import Report

SPEC = """\
openapi: 3.0.3
info: {title: Notes, version: 1.0.0, description: Keeps notes.}
servers: [{url: https://notes.example.org}]
security: [{bearer: []}]
paths:
  /api/v1/notes:
    post:
      operationId: createNote
      tags: [notes]
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Note'}
      responses:
        '201':
          description: Kept.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Note'}
        '400': {$ref: '#/components/responses/Problem'}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
  responses:
    Problem:
      description: A problem.
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
  schemas:
    Problem:
      type: object
      properties:
        type: {type: string}
        title: {type: string}
        status: {type: integer}
        detail: {type: string}
    Note:
      type: object
      required: [kind, body]
      properties:
        kind: {type: string, enum: [note.short, note.long]}
        body:
          oneOf:
            - {$ref: '#/components/schemas/Short'}
            - {$ref: '#/components/schemas/Long'}
          discriminator:
            propertyName: kind
            mapping:
              note.short: '#/components/schemas/Short'
              note.long: '#/components/schemas/Long'
    Short:
      type: object
      required: [kind, text]
      properties:
        kind: {type: string, enum: [note.short]}
        text: {type: string, maxLength: 20}
    Long:
      type: object
      required: [kind, text]
      properties:
        kind: {type: string, enum: [note.long]}
        text: {type: string, maxLength: 2000}
"""
SETTINGS = """\
[tool.apigen]
spec = "spec/notes.yaml"
output = "generated"
package = "notes"

[tool.apigen.lint]
exclude = ["generated"]
"""
CONSUMER = """\
from notes import Notes, models as m

client = Notes("https://notes.example.org", timeout=5)


def keep(text: str) -> None:
    client.create_note(m.Note(kind="note.short", body=m.Short(kind="note.short", text=text)))
"""
SERVER = """\
from notes.server import NotesApi


class Service(NotesApi):
    pass
"""


def make(folder: Path) -> None:
    """Write the project, its package generated."""
    for name, text in {
        "pyproject.toml": SETTINGS,
        "spec/notes.yaml": SPEC,
        "src/consumer.py": CONSUMER,
        "src/service.py": SERVER,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    generate(folder)


def generate(folder: Path) -> None:
    with contextlib.chdir(folder):
        (settings,) = config.read(config.Flags(), Report())
        outcome = pipeline.generate(settings, force=True)
    assert outcome.contract is not None


def judge(folder: Path, rule: str, **asked: object) -> Judgement:
    """Return what is said of a rule in a project."""
    return look(known(folder, **asked), rule)


def known(folder: Path, **asked: object) -> Facts:
    """Return the facts of a project."""
    today = datetime.date(2026, 1, 1)
    with contextlib.chdir(folder):
        given = gathering.Asked(config.Flags(), today=today, **asked)  # type: ignore[arg-type]
        return gathering.gather(given, Report(), lambda stage: None)


def look(facts: Facts, rule: str) -> Judgement:
    """Return what is said of a rule by what is known."""
    without = {each.id for each, _ in rules.RULES} - {rule}
    (judged,) = rules.judge(facts, frozenset(without))
    return judged.judgement
