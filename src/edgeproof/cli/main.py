"""The binary: its commands, and the border where errors become words and exit statuses."""

import sys
from functools import cache

import typer

from edgeproof import __version__
from edgeproof.cli.context import new_app
from edgeproof.core.model.errors import EdgeproofError, InputError, NothingQualified

_IS_VERBOSE = {"-v", "--verbose"}

app = new_app("Find, prove, deliver and trade signals on crypto perpetual futures.")


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:  # noqa: FBT001, FBT003
    if version:
        typer.echo(f"edgeproof {__version__}")
        raise typer.Exit


@cache
def _enter_commands() -> None:
    # Light modules: heavy parts load when a command runs. Once: who calls main again must not find each of them twice.
    from edgeproof.cli import (  # noqa: PLC0415
        backtest,
        data,
        demo,
        discover,
        doctor,
        drill,
        exchange,
        feed,
        hypotheses,
        missed,
        notify,
        paper,
        parity,
        positions,
        ready,
        report_command,
        scan,
        stats,
        status,
        steer,
        web,
        why,
    )

    app.add_typer(data.app, name="data")
    app.add_typer(hypotheses.app, name="hypotheses")
    app.add_typer(notify.app, name="notify")
    app.add_typer(web.app, name="web")
    backtest.enter(app)
    discover.enter(app)
    feed.enter(app, data.app)
    scan.enter(app)
    paper.enter(app)
    why.enter(app)
    missed.enter(app)
    parity.enter(app)
    status.enter(app)
    positions.enter(app)
    stats.enter(app)
    steer.enter(app)
    doctor.enter(app)
    drill.enter(app)
    ready.enter(app)
    demo.enter(app)
    report_command.enter(app)
    exchange.enter(app)


def main() -> None:
    """Run the command line: 0 done, 1 failed, 2 wrong words or files, 3 the answer is no, 130 interrupted."""
    _enter_commands()
    try:
        app()
    except NothingQualified as error:
        _say(str(error))
        sys.exit(3)
    except InputError as error:
        _say(str(error))
        sys.exit(2)
    except EdgeproofError as error:
        _say(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        _say("interrupted; nothing was left half written")
        sys.exit(130)
    except OSError as error:
        _say(f"the system refused: {error}")
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the border: whatever went wrong, the user gets words
        if _IS_VERBOSE & set(sys.argv):
            raise
        _say(f"this is a defect of edgeproof, not yours: {type(error).__name__}: {error}")
        _say("call it again with -v for the traceback, and please report it")
        sys.exit(1)


def _say(message: str) -> None:
    sys.stderr.write(f"edgeproof: {message}\n")


if __name__ == "__main__":
    main()
