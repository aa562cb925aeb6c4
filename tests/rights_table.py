"""Who may use which command, a second time: written by hand from what was decided, and not from the code.

"+" may, "." may not. Each line is tried with what `WORDS` says, which is about "GCC Rust" (track Rust) or Herbert.
"""

from __future__ import annotations

ROLES = {
    "str": "a stranger",
    "att": "an attendee, who follows that talk",
    "spk": "that talk's speaker",
    "lead": "the lead of its track",
    "oth": "the lead of another track",
    "stew": "the steward of Herbert",
    "org": "an organizer by id",
    "ctl": "who has joined the control room",
    "mut": "who has joined it and may not speak there",
    "ex": "an organizer until they left the control room",
    "imp": "who has an organizer's display name",
    "for": "who has an organizer's localpart on another server",
    "pow": "who has power 100 in the room that they ask in, their own",
    "bot": "the bot itself",
    "svc": "an account of an application service",
}
GRID = """
                      str  att  spk  lead oth  stew org  ctl  mut  ex   imp  for  pow  bot  svc
add                   .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
announce              .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
announce everyone     .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
announce room         .    .    .    .    .    +    +    +    .    .    .    .    .    .    .
announce speakers     .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
announce subscribers  .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
announce track        .    .    .    +    .    .    +    +    .    .    .    .    .    .    .
at                    +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
audit                 .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
calendar              +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
cancel                .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
changes               +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
clock                 +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
confirm               .    .    .    +    +    +    +    +    .    .    .    .    .    .    .
correct               .    .    .    +    +    +    +    +    .    .    .    .    .    .    .
day                   +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
delay                 .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
deliver               +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
digest                +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
drop                  .    .    .    +    +    +    +    +    .    .    .    .    .    .    .
feed                  .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
forget                +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
full                  .    .    .    .    .    +    +    +    .    .    .    .    .    .    .
help                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
iam                   +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
lang                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
mine                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
move                  .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
mute                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
my                    +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
mytalks               +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
next                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
now                   +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
open                  .    .    .    .    .    +    +    +    .    .    .    .    .    .    .
overrides             .    .    .    +    +    +    +    +    .    .    .    .    .    .    .
quiet                 +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
recall                .    .    .    +    +    +    +    +    .    .    .    .    .    .    .
remind                +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
rename-location       .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
restore               .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
room                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
room subscribe        .    .    .    .    .    .    +    +    .    .    .    .    +    .    .
room unsubscribe      .    .    .    .    .    .    +    +    .    .    .    .    +    .    .
search                +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
settings              +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
snooze                +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
speaker               +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
speakers              .    .    .    .    .    .    +    +    .    .    .    .    .    .    .
status                +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
subscribe             +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
swap                  .    .    .    +    .    +    +    +    .    .    .    .    .    .    .
talk                  +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
tz                    +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
undo                  .    .    .    +    +    +    +    +    .    .    .    .    .    .    .
unsubscribe           +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
where                 +    +    +    +    +    +    +    +    +    +    +    +    +    .    +
"""
# What is said to try a line, where that is more than the command.
WORDS = {
    "add": 'add "Rust BoF" at day 2 15:00 in Herbert track Rust',
    "announce": "announce Lunch is served",
    "announce everyone": "announce to everyone: Lunch is served",
    "announce room": "announce to room:Herbert: Lunch is served",
    "announce speakers": "announce to speakers today: Lunch is served",
    "announce subscribers": "announce to subscribers of gcc rust: Lunch is served",
    "announce track": "announce to track:Rust: Lunch is served",
    "at": "at 11:00",
    "cancel": "cancel gcc rust",
    "correct": "correct #1 Lunch is late",
    "delay": "delay gcc rust by 15m",
    "full": "full Herbert",
    "move": "move gcc rust to Pembroke",
    "open": "open Herbert",
    "recall": "recall 1",
    "rename-location": "rename-location Herbert to Red hall",
    "restore": "restore gcc rust",
    "room subscribe": "room subscribe track:rust",
    "room unsubscribe": "room unsubscribe track:rust",
    "search": "search rust",
    "speaker": "speaker ada",
    "subscribe": "subscribe gcc rust",
    "swap": 'swap "gcc rust" "rust in the kernel"',
    "talk": "talk gcc rust",
    "where": "where gcc rust",
}
# What a line is about: the talk, the location, the track.
TALKS = {"add", "announce subscribers", "cancel", "delay", "move", "restore", "swap"}
LOCATIONS = {"announce room", "full", "open"}
TRACKS = {"announce track"}


def declared() -> dict[str, dict[str, bool]]:
    """Who may, by line and role."""
    head, *rows = GRID.strip("\n").splitlines()
    names = head.split()
    table: dict[str, dict[str, bool]] = {}
    for row in rows:
        # A name is of one or two words, and no cell is.
        words = row.split()
        name = [word for word in words if word not in "+."]
        cells = words[len(name) :]
        assert len(cells) == len(names) == len(ROLES), row
        table[" ".join(name)] = {role: cell == "+" for role, cell in zip(names, cells, strict=True)}
    assert len(table) == len(rows)
    return table
