"""hallway run"""

from __future__ import annotations

import argparse
import asyncio

from bot.app import run
from bot.cli import DONE, FAILED, WRONG, Failure
from bot.config import ConfigError, load_config
from bot.matrix_errors import RevokedError
from bot.session import StartError


def main(arguments: argparse.Namespace) -> int:
    try:
        asyncio.run(run(load_config(arguments.config)))
    except ConfigError as error:
        raise Failure(str(error), WRONG) from None
    except StartError as error:
        raise Failure(str(error), FAILED) from None
    except RevokedError as error:
        raise Failure(
            f"the homeserver does not accept the bot's token any more ({error}): delete the kept login "
            "(*.session.json beside the database) or give a new token, then start again",
            WRONG,
        ) from None
    return DONE
