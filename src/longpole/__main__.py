"""`longpole` on the command line; without the server extra it says which line installs it."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from longpole.cli.commands import main as run  # noqa: PLC0415 - the bare wheel has no Typer; that is said below, not raised
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.startswith("longpole"):
            raise
        sys.exit(f"longpole: {missing.name} is not installed. Install the server with: pip install 'longpole[server]'")
    run()


if __name__ == "__main__":
    main()
