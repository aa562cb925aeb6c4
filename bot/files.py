"""Files that the bot sends: kept in the notice's content, and put on the homeserver right before it is sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bot.matrix import Matrix
from commands.reply import File

HELD = "dev.hallway.file"


def file_content(file: File) -> dict[str, Any]:
    """The content of a notice that becomes this file; its bytes stand in it until then."""
    return {
        "msgtype": "m.file",
        "body": file.name,
        "filename": file.name,
        "info": {"mimetype": file.mimetype, "size": len(file.body)},
        "m.mentions": {},
        HELD: base64.b64encode(file.body).decode(),
    }


async def with_upload(matrix: Matrix, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as it is sent, its file put on the homeserver; any other content as it is. Raises `MatrixError`.

    Where it is sent a second time under the same key, the homeserver knows the first event, and the second copy of the
    file stays unused.
    """
    if not isinstance(content.get(HELD), str):
        return dict(content)
    said = {name: value for name, value in content.items() if name != HELD}
    body = base64.b64decode(content[HELD])
    return {**said, "url": await matrix.upload(body, content["info"]["mimetype"], content["body"])}
