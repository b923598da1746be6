"""A command that has commands of its own: `longpole advise shop/flow` beside `longpole advise dismiss ID`.

Upstream: `cli.advise`. Source: Click's manual, "Command aliases".
"""

from typing import Any

from typer.core import TyperGroup

_HELP = {"--help", "-h"}


class WithDefault(TyperGroup):
    """Calls its first command where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As ever, with the first command's name put in where another word stands."""
        if args and args[0] not in self.commands and args[0] not in _HELP:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
