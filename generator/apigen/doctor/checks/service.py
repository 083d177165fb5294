"""D18 to D20, D22, D23, D26: what the service does, what logs say, which contract it knows."""

from dataclasses import replace

from apigen.diagnostics import Place
from apigen.doctor.checks.verdicts import Verdict, ok, skip
from apigen.doctor.evidence import Facts, Probe
from apigen.doctor.facts.values import mapping
from apigen.doctor.results import Status
from apigen.meanings import lookup

_MOST = 5


def single_write(facts: Facts) -> Verdict:
    """Judge D18: whether the service takes one, and finds it again."""
    return _write(facts, facts.single)


def batch_write(facts: Facts) -> Verdict:
    """Judge D19: whether the service takes two at once."""
    return _write(facts, facts.batch)


def _write(facts: Facts, probe: Probe | None) -> Verdict:
    if facts.given.url is None:
        return skip("no --url")
    if not facts.given.probe:
        return skip("writes nothing without --probe")
    if probe is None:
        return skip(facts.skipped or "the contract has no such operation")
    answer = probe.answer
    seen = (str(answer),)
    if answer.status == 202 and "201" in probe.usual:
        return Verdict(
            Status.FAIL,
            f"{probe.operation} answers 202: taken, and not stored",
            seen,
            "the database fails behind the service, and the event waits in a queue",
            "look at the checks of the database above",
        )
    if not answer.fine:
        return _refused(probe)
    if probe.found is not None and probe.found < probe.sent:
        return Verdict(
            Status.FAIL,
            f"{probe.operation} answered {answer.status}, and {probe.found} of {probe.sent} rows "
            "are found again",
            seen,
            "what was accepted was not stored, or is read from another database",
            "look at the checks of the database above",
        )
    again = "" if probe.found is None else ", and found again"
    return ok(f"{probe.operation} answers {answer.status}{again}", *seen)


def _refused(probe: Probe) -> Verdict:
    answer = probe.answer
    meaning = lookup(str(answer.status))
    whose = {
        400: "the service refuses what the contract allows: they are not of one version",
        401: "the probe sent no credentials: give --header 'Authorization: ...'",
        403: "the credentials of the probe do not allow writing",
        404: "the request refers to something that a probe cannot know of",
        409: "the service holds something that excludes the probe",
        422: "a rule of the service that the contract does not state",
    }
    return Verdict(
        Status.WARN if answer.status in {401, 403, 404, 409, 422} else Status.FAIL,
        f"{probe.operation} failed: {answer}",
        (str(answer),),
        whose.get(answer.status) or (meaning.causes[0] if meaning and meaning.causes else ""),
        "look at the checks of the database" if answer.status >= 500 else "",
    )


def health(facts: Facts) -> Verdict:
    """Judge D20: whether the health check says what is the case."""
    service = facts.service
    if service is None:
        return skip("no --url")
    if not service.health:
        return skip("the service is not reached (D2)" if _unreached(facts) else "no health check")
    seen = tuple(str(each) for each in service.health)
    broken = _broken(facts)
    checks = [each for each in service.health if "live" not in each.path.lower()]
    ready = [each for each in checks if "ready" in each.path.lower()]
    green = [each for each in (ready or checks) if each.fine]
    if broken and green:
        return Verdict(
            Status.FAIL,
            f"{green[0].path} answers {green[0].status}, and {broken}",
            seen,
            "the health check only pings; the fault is the database's or its migrations', and "
            "callers see it as errors of the service",
            "let readiness look at tables, migrations and partitions",
        )
    red = [each for each in service.health if not each.fine]
    if red and not broken:
        return Verdict(
            Status.FAIL,
            f"not healthy: {red[0]}",
            seen,
            "the service says so itself; its database, as far as it was looked at, is well",
            "look into the service's log: apigen doctor --logs FILE",
        )
    if red:
        return ok(f"it says that it is not well, which is true: {broken}", *seen)
    return ok(f"{green[0].path if green else service.health[0].path} is green", *seen)


def _unreached(facts: Facts) -> bool:
    return facts.service is not None and all(each.error for each in facts.service.reached)


def _broken(facts: Facts) -> str:
    """Return what keeps writes from working, as far as the database shows; empty if nothing."""
    found = facts.database
    if found is None:
        return ""
    if not found.connected:
        return "the database cannot be used"
    present = set(found.schema.tables) if found.schema else set[str]()
    missing = [each.table for each in facts.mapped if each.table not in present]
    if missing and found.schema is not None:
        return f"the table {missing[0]} does not exist"
    return f"{facts.refused[0][0]} does not take a row" if facts.refused else ""


def logs(facts: Facts) -> Verdict:
    """Judge D22: whether the logs speak of known errors."""
    if not facts.logs:
        return skip("no --logs")
    for log in facts.logs:
        if log.error:
            return Verdict(Status.WARN, f"{log.name} cannot be read: {log.error}")
    hits = sorted(
        ((log, hit) for log in facts.logs for hit in log.hits),
        key=lambda pair: -pair[1].meaning.layer.depth,
    )
    remarks = [(log, remark) for log in facts.logs for remark in log.remarks]
    evidence = [
        f"{log.name}:{hit.line}: {hit.meaning.code} ({hit.count} times): {hit.text}"
        for log, hit in hits[:8]
    ]
    evidence += [f"{log.name}:{one.line}: {one.what}: {one.text}" for log, one in remarks[:4]]
    if hits:
        log, hit = hits[0]
        meaning = hit.meaning
        return Verdict(
            Status.FAIL if meaning.layer.depth >= 3 else Status.WARN,
            f"{meaning.code} in {log.name}: {meaning.meaning}",
            tuple(evidence),
            meaning.causes[0] if meaning.causes else "",
            meaning.next,
            place=Place(log.name, hit.line, 1),
        )
    if remarks:
        log, remark = remarks[0]
        return Verdict(
            Status.WARN,
            f"{remark.what} ({log.name}:{remark.line})",
            tuple(evidence),
            place=Place(log.name, remark.line, 1),
        )
    return ok(f"{len(facts.logs)} logs, no known error")


def one_contract(facts: Facts) -> Verdict:
    """Judge D23: whether the service and the generated package know the contract of the file."""
    if facts.contract is None:
        return skip("no --spec")
    told = [each for each in (_packaged(facts), _served(facts)) if each is not None]
    if not told:
        return skip("no --url, and no generated package (--package)")
    wrong = [each for each in told if each.status is Status.WARN]
    if not wrong:
        return next((each for each in told if each.status is Status.OK), told[0])
    return replace(wrong[0], evidence=(*wrong[0].evidence, *(each.message for each in wrong[1:])))


def _packaged(facts: Facts) -> Verdict | None:
    package = facts.package
    if package is None:
        return None
    if not package.differing:
        return ok(f"{package.folder} was made of the contract of the file")
    shown = list(package.differing.items())[:_MOST]
    return Verdict(
        Status.WARN,
        f"{package.folder} was made of another contract, which differs in "
        + ", ".join(path for path, _ in shown)
        + (f" and {more} more" if (more := len(package.differing) - _MOST) > 0 else ""),
        tuple(
            f"{path}: the package records {seen[:12] or 'none'}, the file is {now[:12] or 'none'}"
            for path, (seen, now) in shown
        ),
        "the contract was changed and nothing generated since, or another one was given",
        "apigen generate",
    )


def _served(facts: Facts) -> Verdict | None:
    service = facts.service
    if service is None:
        return None
    if service.document is None:
        return skip("the service does not serve its contract (/openapi.json)")
    theirs, ours = service.document.value, facts.document
    if theirs == ours:
        return ok("the service and the file know the same contract")
    differing = _differing(theirs, ours)
    return Verdict(
        Status.WARN,
        f"the service serves another contract: {differing}",
        (f"/openapi.json of {service.url}",),
        "the service was built from another version, or embeds a copy that was not renewed",
        "generate, build and deploy anew",
    )


def _differing(theirs: object, ours: object) -> str:
    """Return the first part in which two documents differ, and what differs in it."""
    for part in ("paths", "components", "info"):
        one, other = mapping(mapping(theirs).get(part)), mapping(mapping(ours).get(part))
        if names := [key for key in (*one, *other) if one.get(key) != other.get(key)]:
            return f"{part} differ: {', '.join(dict.fromkeys(names))}"[:200]
    return "it differs in its details"


def cleared(facts: Facts) -> Verdict:
    """Judge D26: whether what the probes wrote is gone again."""
    if not facts.given.probe:
        return skip("nothing was written")
    if facts.cleared is None:
        return skip("no probe wrote anything that stays")
    if facts.cleared.left:
        why = facts.cleared.error or "no --database-url to delete them through"
        return Verdict(
            Status.WARN,
            f"{facts.cleared.left} rows of the probes stay, marked 'apigen-doctor-'",
            (why,),
            "rows of an audit trail may not be deleted, or nothing was given to delete them with",
            "delete the rows whose correlation begins with 'apigen-doctor-'",
        )
    return ok("the rows of the probes are gone")
