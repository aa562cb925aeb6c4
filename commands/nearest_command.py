"""The command that a misspelt one may have been meant for."""

from __future__ import annotations

from collections.abc import Collection

NAME_MAX = 40
SHORT = 3
SIMILAR = 75
# Two slips in a shorter word make another word of it.
LONG = 6
# Words that are nearly a command of ours, begin as it does and mean something else. Where others talk too, perhaps to
# other bots, they are left alone.
ORDINARY = frozenset(
    "chances channel charger charges clack click cloak cluck delivered delivery derive derived digits direct"
    " divert driver fed feel fees feet forced forces forest forge forged forger forgot forked format formed former"
    " freed heap held hell helm hemp land lane lank long lung mane mate mice mike mile mime min mind minded mined"
    " miner mines mini mink mint minute mire mite mule muse mutex mutt mutter neat nest net newt quieter quietly"
    " quilt quit quite refine relied relink remain remained remains remand reminder resend rewind roam roof rook"
    " rooms root sittings sneaker starch subscript ta tack talc tale tall tank task were whore".split()
)


def one_slip_away(name: str, known: Collection[str], *, careful: bool = False) -> list[str]:
    """The commands that are one slip of the thumb from `name`: a letter too many, too few, another, or two swapped.

    `careful` is for rooms in which others talk, perhaps to other bots: there the first letter must be right and the
    word be none that people use.
    """
    if careful and name in ORDINARY:
        return []
    return [other for other in known if _is_slip(name, other) and not (careful and _is_other_word(name, other))]


def similar(name: str, known: Collection[str], *, careful: bool = False) -> list[str]:
    """The commands so much like `name` that it may be asked whether one was meant; `careful` as above."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    if careful:
        doubtful = name in ORDINARY or len(name) < LONG
        near = [other for other in known if OSA.distance(name[:NAME_MAX], other) <= 2]
        return [] if doubtful else [other for other in near if not _is_other_word(name, other)]
    best = process.extractOne(name[:NAME_MAX], known, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    return [best[0]] if best else []


def _is_slip(name: str, other: str) -> bool:
    # Imported where it is used, as in all of `commands`: what is spelled right need not wait for it.
    from rapidfuzz.distance import OSA

    if OSA.distance(name[:NAME_MAX], other, score_cutoff=1) > 1:
        return False
    # A letter more, less or other makes too much of three: "not" and "how" are no slips of "now".
    return len(other) > SHORT or sorted(name) == sorted(other) or name in _with_one_twice(other)


def _with_one_twice(name: str) -> list[str]:
    """A name with one of its letters struck twice."""
    return [name[:place] + name[place] + name[place:] for place in range(len(name))]


def _is_other_word(name: str, other: str) -> bool:
    """Whether a word begins otherwise, and not because its first two letters were swapped."""
    return name[:1] != other[:1] and name[1::-1] != other[:2]
