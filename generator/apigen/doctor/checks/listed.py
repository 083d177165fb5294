"""All checks, in the order of the layers."""

from collections.abc import Callable
from dataclasses import dataclass

from apigen.diagnostics import Code
from apigen.diagnostics import doctor as codes
from apigen.doctor.checks import applying, fitting, reaching, running, service
from apigen.doctor.checks.verdicts import Verdict
from apigen.doctor.evidence import Facts
from apigen.doctor.results import Result
from apigen.meanings import Layer


@dataclass(frozen=True, slots=True)
class Check:
    """A check."""

    code: Code
    layer: Layer
    judge: Callable[[Facts], Verdict]

    def examine(self, facts: Facts) -> Result:
        """Return what it says."""
        told = self.judge(facts)
        return Result(
            check=self.code,
            layer=self.layer,
            status=told.status,
            message=told.message,
            evidence=told.evidence,
            cause=told.cause,
            mend=told.mend,
            findings=told.findings,
            place=told.place,
        )


CHECKS: tuple[Check, ...] = (
    Check(codes.D1, Layer.CALLER, reaching.right_database),
    Check(codes.D2, Layer.NETWORK, reaching.reachable),
    Check(codes.D3, Layer.DATABASE, reaching.entered),
    Check(codes.D4, Layer.DATABASE, reaching.ready),
    Check(codes.D5, Layer.DATABASE, applying.applied),
    Check(codes.D6, Layer.DATABASE, applying.sound),
    Check(codes.D7, Layer.DATABASE, applying.tables),
    Check(codes.D8, Layer.CONTRACT, fitting.columns),
    Check(codes.D9, Layer.CONTRACT, fitting.types),
    Check(codes.D10, Layer.CONTRACT, fitting.constraints),
    Check(codes.D11, Layer.DATABASE, fitting.triggers),
    Check(codes.D12, Layer.DATABASE, fitting.partitions),
    Check(codes.D13, Layer.DATABASE, running.connections),
    Check(codes.D14, Layer.DATABASE, running.locks),
    Check(codes.D15, Layer.DATABASE, running.privileges),
    Check(codes.D16, Layer.DATABASE, running.writable),
    Check(codes.D17, Layer.DATABASE, running.direct_write),
    Check(codes.D18, Layer.SERVICE, service.single_write),
    Check(codes.D19, Layer.SERVICE, service.batch_write),
    Check(codes.D20, Layer.SERVICE, service.health),
    Check(codes.D21, Layer.SERVICE, running.queues),
    Check(codes.D22, Layer.SERVICE, service.logs),
    Check(codes.D23, Layer.CONTRACT, service.one_contract),
    Check(codes.D24, Layer.SERVICE, running.clocks),
    Check(codes.D25, Layer.DATABASE, running.time_zone),
    Check(codes.D26, Layer.SERVICE, service.cleared),
)
