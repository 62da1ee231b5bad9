"""Numbers, dates and spans of time as the current language writes them (Unicode CLDR, through Babel)."""

from datetime import UTC, datetime

from corpora.translation import current_language, translated

__all__ = ["amount", "day", "moment", "number", "per_second", "percent", "seconds", "time_left"]


def number(value: float) -> str:
    """A number with its separators.

    >>> number(1234567)
    '1,234,567'
    """
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=current_language() or "en"))


def percent(share: float) -> str:
    """A share of 0 to 1 in percent."""
    from babel.numbers import format_percent

    return str(format_percent(share, locale=current_language() or "en"))


def moment(when: datetime | float) -> str:
    """A date and a time of day, in UTC."""
    from babel.dates import format_datetime

    return f"{format_datetime(_utc(when), 'medium', locale=current_language() or 'en')} UTC"


def day(when: datetime) -> str:
    """A date, in UTC."""
    from babel.dates import format_date

    return str(format_date(_utc(when), "medium", locale=current_language() or "en"))


def _utc(when: datetime | float) -> datetime:
    found = datetime.fromtimestamp(when, UTC) if isinstance(when, int | float) else when
    return found.astimezone(UTC) if found.tzinfo else found


def seconds(span: float) -> str:
    """A span of time in its largest unit: 5 seconds, 3 minutes."""
    from babel.dates import format_timedelta

    return str(format_timedelta(max(1, round(span)), threshold=1.5, locale=current_language() or "en"))


def time_left(span: float | None) -> str:
    """How long something takes still, "" where that is not known."""
    return "" if span is None else translated(f"about {seconds(span)} left")


def per_second(rate: float) -> str:
    """How much is done in a second, "" where that is not known."""
    return translated(f"{number(round(rate, 1) if rate < 10 else round(rate))} a second") if rate > 0 else ""


def amount(done: int, total: int) -> str:
    """How much is done, of how much where that is known."""
    if total:
        return translated(f"{number(done)} of {number(total)}")
    return number(done) if done else ""
