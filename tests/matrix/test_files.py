"""A file on a real homeserver: what was held in the notice is what people download."""

from __future__ import annotations

import aiohttp

from bot.files import file_content, with_upload
from bot.matrix import Matrix, Session
from commands.reply import File
from tests.matrix.world import World

FILE = File("a b.ics", "text/calendar", "BEGIN:VCALENDAR\r\nSUMMARY:☃\r\n".encode())


async def test_a_file_is_put_on_the_homeserver_and_sent_by_its_address(world: World) -> None:
    home, bot = world.synapse.url, world.bot_account
    matrix = Matrix(home, bot.user_id, "DEVICE")
    matrix.use(Session(home, bot.user_id, "DEVICE", bot.access_token))
    try:
        content = await with_upload(matrix, file_content(FILE))
    finally:
        await matrix.close()
    assert content["url"].startswith("mxc://")
    address = f"{home}/_matrix/client/v1/media/download/{content['url'].removeprefix('mxc://')}"
    headers = {"Authorization": f"Bearer {bot.access_token}"}
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as got:
        assert (got.status, await got.read()) == (200, FILE.body)
        assert got.headers["Content-Type"].startswith("text/calendar")
