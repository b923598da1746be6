"""Options that several commands share, and the settings that they override."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from longpole.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from longpole.runtime import Runtime
    from longpole.settings import Settings

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="sqlite:///FILE or postgresql://… \\[env: LONGPOLE_DATABASE_URL; default: a file of the user's]",
        show_default=False,
    ),
]


def settings(**given: Any) -> "Settings":
    """The settings from the environment, overridden by the options that were given.

    Raises:
        InvalidInputError: If one of them is not acceptable; names the variable.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - keeps `longpole --help` quick

    from longpole.settings import Settings  # noqa: PLC0415 - the same

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise InvalidInputError(f"LONGPOLE_{name.upper()}", first["msg"]) from None


def installed_runtime(database_url: str | None) -> "Runtime":
    """The runtime that this command works in, its database open."""
    from longpole import runtime  # noqa: PLC0415 - keeps `longpole --help` quick

    made = runtime.Runtime(settings(database_url=database_url))
    runtime.install(made)
    _ = made.engine
    return made
