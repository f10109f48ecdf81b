"""The entry of the command line: lists the commands without loading them, and turns errors into one clear line."""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import Any, NoReturn

import click

from pytrader.errors import PytraderError

COMMANDS = {
    "backtest": "Run a strategy over market data and print the result.",
    "demo": "Generate a market, run the example market maker on it, print the result.",
    "generate": "Write a generated market into a folder.",
}
"""Each command by the name of its module here, with its one-line help."""

EXIT_STRATEGY_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command of this name, or None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pytrader.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their one-line helps."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def print_version(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    """Print the installed version and leave."""
    if not asked or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"pytrader {version('pytrader')}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=print_version, help="Print the version."
)
def cli() -> None:
    """Trade strategies written in Python over a compiled core."""


def one_line(error: BaseException) -> str:
    """Write an error's message on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def raised_by_strategy(error: BaseException) -> bool:
    """Say whether an exception came out of a strategy's own code: the kernel notes the event that it was handling."""
    return any(note.startswith("while ") for note in getattr(error, "__notes__", ()))


def leave(message: str, code: int) -> NoReturn:
    """Print one line and end the process."""
    click.echo(message, err=True)
    sys.exit(code)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line.

    Exit codes: 0 done; 1 the strategy raised an exception, whose traceback is printed; 2 bad input, one line says
    where and what to do; 130 stopped by Ctrl-C before there was a result.
    """
    try:
        return cli.main(args=arguments, prog_name="pytrader", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as asked:
        leave(asked.format_message(), EXIT_BAD_INPUT)
    except click.ClickException as wrong:
        leave(f"error: {one_line_of_click(wrong)}", EXIT_BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        leave("stopped", EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_STRATEGY_FAILED)
    except (Exception, SystemExit) as error:
        if raised_by_strategy(error):
            traceback.print_exception(error)
            sys.exit(EXIT_STRATEGY_FAILED)
        if isinstance(error, ImportError) and isinstance(error.__cause__, KeyboardInterrupt):
            # What Ctrl-C becomes while a compiled module loads.
            leave("stopped", EXIT_INTERRUPTED)
        if isinstance(error, PytraderError | OSError):
            leave(f"error: {one_line(error)}", EXIT_BAD_INPUT)
        if isinstance(error, MemoryError):
            leave("error: not enough memory; read less data, or in the columns format", EXIT_BAD_INPUT)
        raise


def one_line_of_click(wrong: click.ClickException) -> str:
    """Write a usage error on one line, with the help to ask for."""
    message = " ".join(wrong.format_message().split())
    context = getattr(wrong, "ctx", None)
    return f"{message} Try: {context.command_path} --help" if context is not None else message
