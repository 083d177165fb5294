"""Rules that are no matter of one keyword of a schema: level, who breaks, what it is."""

from collections.abc import Mapping
from types import MappingProxyType

_WIRE = "callers on the wire"
_READERS = "readers of answers: generated models and strict validators"
_CODE = "source code that uses the generated client or implements the generated server"
_Table = dict[str, tuple[str, str, str]]

_OPERATIONS: _Table = {
    "endpoint-added": ("note", "", "An operation is new."),
    "api-removed-without-deprecation": ("error", _WIRE, "An operation is gone, unannounced."),
    "api-removed-with-deprecation": ("error", _WIRE, "A deprecated operation is gone."),
    "api-removed-after-sunset": ("note", "", "An operation is gone after its day of sunset."),
    "api-removed-before-sunset": ("error", _WIRE, "An operation is gone before its sunset."),
    "api-path-renamed": ("error", _WIRE, "An operation has moved to another path or method."),
    "api-server-base-path-changed": ("error", _WIRE, "The servers' base path is another one."),
    "api-server-added": ("note", "", "A server is new."),
    "api-server-removed": ("warning", _WIRE, "A server is gone from the list."),
    "endpoint-deprecated": ("note", "", "An operation is deprecated now."),
    "endpoint-reactivated": ("note", "", "An operation is deprecated no longer."),
    "sunset-deleted": ("error", _WIRE, "The day of sunset is gone, the deprecation is not."),
    "api-sunset-date-changed-too-small": ("error", _WIRE, "The day of sunset has moved forward."),
    "api-operation-id-renamed": (
        "warning",
        _CODE,
        "The operationId is another one, and with it the method's name. The wire stays the same.",
    ),
    "api-operation-id-added": ("warning", _CODE, "An operation has an operationId now."),
    "api-operation-id-removed": ("warning", _CODE, "An operation has no operationId any longer."),
    "api-tag-added": ("note", "", "An operation has another tag."),
    "api-tag-removed": ("note", "", "An operation lacks a tag that it had."),
    "api-schema-renamed": (
        "warning",
        _CODE,
        "A schema has another name, and with it the model. The wire stays the same.",
    ),
    "api-schema-removed": ("note", "", "A schema is gone that nothing uses."),
    "webhook-added": ("note", "", "A webhook is new."),
    "webhook-removed": ("error", "those who wait for it", "A webhook is gone."),
    "callback-added": ("note", "", "A callback is new."),
    "callback-removed": ("error", "those who wait for it", "A callback is gone."),
}
_VERSIONS: _Table = {
    "api-major-version-not-bumped": (
        "error",
        "those who trust the version",
        "Something breaks, and info.version does not say so.",
    ),
    "api-version-not-bumped": (
        "error",
        "those who trust the version",
        "The contract has changed, and info.version does not say so.",
    ),
    "api-version-decreased": ("error", "", "info.version is lower than it was."),
}
_PARAMETERS: _Table = {
    "new-required-request-parameter": ("error", _WIRE, "A parameter is new and required."),
    "new-optional-request-parameter": ("note", "", "An optional parameter is new."),
    "request-parameter-removed": (
        "warning",
        "callers that still send it: it is ignored, or refused by strict servers",
        "A parameter is gone.",
    ),
    "request-parameter-removed-with-deprecation": ("note", "", "A deprecated parameter is gone."),
    "request-parameter-became-required": ("error", _WIRE, "A parameter is required now."),
    "request-parameter-became-optional": ("note", "", "A parameter may be left out now."),
    "request-path-parameter-renamed": (
        "warning",
        _CODE,
        "A parameter of the path has another name. The wire stays the same.",
    ),
    "request-parameter-style-changed": (
        "error",
        _WIRE,
        "A parameter is written in another style ('style', 'explode').",
    ),
    "request-parameter-content-changed": (
        "error",
        _WIRE,
        "A parameter is written in another media type.",
    ),
    "request-parameter-allow-reserved-changed": (
        "warning",
        "callers whose values hold reserved characters",
        "Reserved characters of a parameter are escaped in another way.",
    ),
}
_BODIES: _Table = {
    "request-body-added-required": ("error", _WIRE, "A required body is new."),
    "request-body-added-optional": ("note", "", "An optional body is new."),
    "request-body-removed": ("error", _WIRE, "The body of a request is gone."),
    "request-body-became-required": ("error", _WIRE, "The body of a request is required now."),
    "request-body-became-optional": ("note", "", "The body of a request may be left out now."),
    "request-body-media-type-added": ("note", "", "A request may have another media type."),
    "request-body-media-type-removed": ("error", _WIRE, "A media type of requests is gone."),
    "request-body-encoding-changed": ("error", _WIRE, "A part of a form is written otherwise."),
    "response-success-status-removed": ("error", _READERS, "An answer of success is gone."),
    "response-success-status-added": ("note", "", "An answer of success is new."),
    "response-non-success-status-removed": ("note", "", "An answer of failure is gone."),
    "response-non-success-status-added": ("note", "", "An answer of failure is new."),
    "response-media-type-added": ("note", "", "An answer may have another media type."),
    "response-media-type-removed": ("error", _READERS, "A media type of an answer is gone."),
    "required-response-header-removed": ("error", _READERS, "A required header is gone."),
    "optional-response-header-removed": ("warning", _READERS, "An optional header is gone."),
    "response-header-added": ("note", "", "A header is new."),
    "response-header-became-optional": ("error", _READERS, "A header may be left out now."),
    "response-header-became-required": ("note", "", "A header is always there now."),
}
_MEMBERS: _Table = {
    "new-required-request-property": ("error", _WIRE, "A member is new and required."),
    "new-optional-request-property": ("note", "", "An optional member is new."),
    "request-property-removed": (
        "warning",
        "callers that still send it: it is ignored, or refused by strict servers",
        "A member is gone from what is sent.",
    ),
    "request-property-became-required": ("error", _WIRE, "A member is required now."),
    "request-property-became-optional": ("note", "", "A member may be left out now."),
    "response-required-property-added": ("note", "", "A member is new, and always there."),
    "response-optional-property-added": ("note", "", "An optional member is new."),
    "response-required-property-removed": ("error", _READERS, "A member is gone."),
    "response-optional-property-removed": ("warning", _READERS, "An optional member is gone."),
    "response-property-became-optional": ("error", _READERS, "A member may be left out now."),
    "response-property-became-required": ("note", "", "A member is always there now."),
}
_SECURITY: _Table = {
    "api-security-added": ("error", _WIRE, "An open operation now asks for credentials."),
    "api-security-removed": ("error", _WIRE, "A way to show credentials is gone."),
    "api-security-alternative-added": ("note", "", "Credentials may be shown in another way."),
    "api-security-scope-added": ("error", _WIRE, "Credentials need another scope."),
    "api-security-scope-removed": ("note", "", "Credentials need fewer scopes."),
    "api-security-opened": ("note", "", "An operation asks for no credentials any longer."),
    "api-security-component-changed": (
        "error",
        _WIRE,
        "Credentials of the same name are sent in another way: type, place, name or scheme.",
    ),
    "api-security-component-oauth-url-changed": (
        "warning",
        "callers that have the address written down",
        "An address of OAuth is another one.",
    ),
    "api-security-component-oauth-scope-removed": ("warning", _WIRE, "A scope is gone."),
    "api-security-component-oauth-scope-added": ("note", "", "A scope is new."),
}

FIXED: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    _OPERATIONS | _VERSIONS | _PARAMETERS | _BODIES | _MEMBERS | _SECURITY
)
