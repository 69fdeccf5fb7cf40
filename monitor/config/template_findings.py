"""What ``check`` finds in templates, and in the channels that use them."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.config.config_model import Config
from monitor.config.names import CONSOLE_URL
from monitor.config.near import did_you_mean
from monitor.config.yaml_file import YamlFile
from monitor.model import Diagnostic, MessageTemplate, Severity


def template_findings(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    """Yield everything wrong with templates, at its line and column."""
    if config.templates:
        yield from _faults(file, config)
    for name, channel in config.channels.items():
        wanted = channel.template
        if wanted and wanted not in config.templates:
            near = did_you_mean(wanted, tuple(config.templates))
            what = f"there is no template `{wanted}`; {near}"
            yield file.at(("channels", name, "template"), what)
        elif wanted and CONSOLE_URL in channel.urls:
            what = "the console has a form of its own, and no template"
            location = ("channels", name, "template")
            yield file.at(location, what, Severity.WARNING)


def _faults(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    from monitor.alerts.templates import template_faults  # noqa: PLC0415 - slow to load

    for name, template in config.templates.items():
        if not (template.title or template.body):
            what = "a template needs a `title`, a `body`, or both"
            yield file.at(("templates", name), what)
        for part in ("title", "body"):
            for fault in template_faults(getattr(template, part)):
                location = ("templates", name, part)
                yield file.at(location, fault.text, offset=fault.offset)


def templates(config: Config) -> dict[str, MessageTemplate]:
    """Return the templates by their names."""
    return {
        name: MessageTemplate(name, template.title, template.body)
        for name, template in config.templates.items()
    }
