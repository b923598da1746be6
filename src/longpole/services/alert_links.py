"""Where there is more: pages of this server's dashboard, as people reach it.

Upstream: `alerting`, `alert_delivery`. Downstream: `settings`.
"""

from urllib.parse import quote

from longpole import runtime
from longpole.domain.alerts import AlertRule
from longpole.settings import Settings


def links(rule: AlertRule, workflow_id: str | None) -> dict[str, str]:
    """By name: the workflow's page or the overview of its application, and the rule."""
    base = _base(runtime.current().settings)
    if base is None:
        return {}
    app = quote(rule.app_id, safe="")
    figures = f"{base}/ui/?app={app}" if workflow_id is None else f"{base}/ui/w/{app}/{quote(workflow_id, safe='')}"
    return {"figures": figures, "rule": f"{base}/ui/settings?tab=alerts&rule={rule.id}"}


def _base(settings: Settings) -> str | None:
    if settings.public_url is not None:
        return settings.public_url.rstrip("/")
    if settings.port == 0:
        return None  # whichever was free
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
