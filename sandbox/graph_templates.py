"""Template messages of the simulated Graph API: the parameters a send must bring, and what the phone then shows."""

from __future__ import annotations

from typing import Any

from sandbox.graph_errors import GraphError
from sandbox.graph_messages import Shown, field, text
from sandbox.templates import Template, TemplateShelf

_RENDERED_LIMIT = 1024
_STATUS_CODES = {"PAUSED": 132015, "DISABLED": 132016}


def check_template(part: Any, shelf: TemplateShelf, waba_id: str) -> tuple[Template, Shown]:
    """The template that is sent and its bubble, or a `GraphError`."""
    name = text(part, "name", 512, "template")
    code = text(field(part, "language", "template"), "code", 15, "template.language")
    template = shelf.find(waba_id, name, code)
    if template is None or template.status in ("PENDING", "REJECTED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    if template.status in _STATUS_CODES:
        raise GraphError(_STATUS_CODES[template.status], f"template {name} ({code}) is {template.status.lower()}")
    components = part.get("components") or []
    if not isinstance(components, list):
        raise GraphError(100, "Param template.components must be an array")
    values = _body_values(template, components)
    rendered = template.render(values)
    if len(rendered) > _RENDERED_LIMIT:
        raise GraphError(132005, f"body: {len(rendered)} characters after filling, {_RENDERED_LIMIT} allowed")
    buttons = _buttons(template, components)
    content = {"text": rendered, "footer": template.footer, "buttons": buttons, "template": template.name}
    return template, ("template", content)


def _body_values(template: Template, components: list[Any]) -> dict[str, str]:
    bodies = [one for one in components if isinstance(one, dict) and str(one.get("type", "")).lower() == "body"]
    given = bodies[0].get("parameters") or [] if bodies else []
    wanted = template.placeholders()
    if len(given) != len(wanted):
        raise GraphError(
            132000,
            f"body: number of localizable_params ({len(given)}) does not match "
            f"the expected number of params ({len(wanted)})",
        )
    values = {}
    for position, parameter in enumerate(given):
        if field(parameter, "type", "parameter") != "text":
            raise GraphError(132012, f"body: parameter {position + 1} must be of type text here")
        value = text(parameter, "text", 1024, "parameter")
        if "\n" in value or "\t" in value or "     " in value:
            raise GraphError(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        named = template.parameter_format == "NAMED"
        key = str(field(parameter, "parameter_name", "parameter")) if named else str(position + 1)
        if key not in wanted:
            raise GraphError(132012, f"body: the template has no parameter {key}")
        values[key] = value
    return values


def _buttons(template: Template, components: list[Any]) -> list[dict[str, str]]:
    payloads: dict[int, str] = {}
    for one in components:
        if isinstance(one, dict) and str(one.get("type", "")).lower() == "button":
            index = str(one.get("index", ""))
            if not index.isdigit() or int(index) >= len(template.buttons):
                raise GraphError(132012, f"button: the template has no button with index {index}")
            parameters = one.get("parameters") or []
            if parameters:
                payloads[int(index)] = text(parameters[0], "payload", 128, "button.parameters")
    return [{"id": payloads.get(index, title), "title": title} for index, title in enumerate(template.buttons)]
