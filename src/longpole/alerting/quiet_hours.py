"""When nobody wants to be woken: hours by the clocks of a place, over midnight, on days of 23 and 25 hours too.

Invariant: when quiet hours end, it is not quiet, and that is later than the
instant that was asked of.

Upstream: `services.alert_delivery`. Source: PEP 495 (times that clocks show twice, or never).
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from longpole.domain.alerts import QuietHours

_MINUTE = timedelta(minutes=1)


def is_quiet(quiet: QuietHours, at: datetime) -> bool:
    """Whether the clocks of the place show a time from `start` up to `end`."""
    shown = at.astimezone(ZoneInfo(quiet.time_zone)).time()
    if quiet.start <= quiet.end:
        return quiet.start <= shown < quiet.end
    return shown >= quiet.start or shown < quiet.end


def quiet_until(quiet: QuietHours | None, at: datetime) -> datetime | None:
    """When it may be sent; None where that is at once."""
    if quiet is None or not is_quiet(quiet, at):
        return None
    zone = ZoneInfo(quiet.time_zone)
    local = at.astimezone(zone)
    day = local.date() + timedelta(days=local.time() >= quiet.end)
    end = min(filter(lambda each: each > at, (_instant(day, quiet, zone, fold) for fold in (0, 1))), default=at)
    while end <= at or is_quiet(quiet, end):  # clocks were set back meanwhile: they show quiet hours again
        end = max(end, at) + _MINUTE
    return end


def _instant(day: date, quiet: QuietHours, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, quiet.end, zone).replace(fold=fold).astimezone(UTC)
