"""hallway backup, export-user, forget-user"""

from __future__ import annotations

import argparse
import json

from bot.cli import DONE, WRONG, Failure, database_url
from storage.store import Store


def main(arguments: argparse.Namespace) -> int:
    store = Store(database_url(arguments.database, arguments.config))
    try:
        if arguments.command == "backup":
            store.database.backup(arguments.destination)
            print(f"copied to {arguments.destination}")
            return DONE
        if not arguments.user_id.startswith("@") or ":" not in arguments.user_id:
            raise Failure(f"“{arguments.user_id}” is not a full Matrix user id like @ada:example.org", WRONG)
        if arguments.command == "export-user":
            print(json.dumps(store.personal.export(arguments.user_id), ensure_ascii=False, indent=1, default=str))
        else:
            print(f"{store.personal.forget(arguments.user_id)} rows about {arguments.user_id} deleted")
        return DONE
    finally:
        store.close()
