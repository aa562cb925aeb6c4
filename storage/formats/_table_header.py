"""Which column of a table means what, from a header in anyone's words: English, German, French or Spanish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.clean import one_line
from storage.formats._table_sheet import Sheet, fold
from storage.programme import FormatError

# A header stands near the beginning, below a title at most.
ROWS_TRIED = 30
CELL_MAX = 80
WORDS_MAX = 6
FIELDS = "title subtitle start end date duration location speakers track kind abstract id url language status".split()
SYNONYMS = {"speaker": "speakers", "room": "location", "type": "kind", "description": "abstract", "link": "url"}
# Fields that several columns may share ("Speaker 1", "Speaker 2"); of the others the first column counts.
SHARED = {"speakers", "abstract"}
EXACT = {
    "id": "no nr number nummer numero num n",
    "start": "from von ab de desde du",
    "end": "to a au fin",
    "title": "was quoi que",
    "speakers": "mit avec con with by",
}
WORDS = {
    # What people keep in the same table and nobody needs to see.
    "": "bio bios biography biografie biographie biografia email mail photo foto picture twitter mastodon phone "
    "telefon telephone telefono company affiliation organisation organization organisme organizacion institution note "
    "notes notizen comment comments kommentar kommentare remarks equipment slides video recording capacity count "
    "timestamp zeitstempel horodateur submitted created updated gender pronouns seats attendees chair timezone zone "
    "zeitzone",
    "subtitle": "subtitle untertitel subtitulo sous",
    "id": "id code uid guid identifier kennung",
    "duration": "duration length minutes mins min dauer lange laenge duree duracion",
    "end": "end ends ending until till finish finishes ende endet endzeit bis fin jusqu jusque hasta termina final",
    "date": "date day datum tag jour fecha dia",
    "start": "start starts begin begins beginning beginn beginnt anfang startzeit debut inicio comienzo comienza "
    "time times timeslot slot when wann uhrzeit zeit zeiten heure heures horaire quand hora horario cuando",
    "speakers": "speaker speakers presenter presenters presented who author authors host hosts referent referenten "
    "referentin referentinnen vortragende vortragender sprecher sprecherin orateur orateurs intervenant intervenante "
    "intervenants conferencier conferenciere conferenciers ponente ponentes orador oradores autor autoren autores "
    "auteur auteurs wer qui quien quienes facilitator instructor trainer panelists",
    "location": "room rooms location hall venue where place stage raum saal ort wo buhne salle lieu ou sala lugar "
    "donde aula ubicacion",
    "kind": "type format kind typ art tipo formato",
    "track": "track stream topic theme thema strang parcours thematique sujet tema pista category kategorie "
    "categorie categoria",
    "language": "language sprache langue idioma lang",
    "url": "url link links website web webseite lien enlace",
    "status": "status state cancelled canceled abgesagt annule cancelado estado",
    "abstract": "abstract description summary beschreibung zusammenfassung inhalt resume descripcion resumen details "
    "about",
    "title": "talk session name event activity presentation vortrag veranstaltung beitrag programmpunkt intervention "
    "conference charla ponencia sesion actividad what lecture paper",
}
TITLE = set("title titel titre titulo".split())
OWNERS = set("speaker speakers author authors room track raum job".split())
OF_TIME = set("time uhrzeit zeit heure hora start starts begin begins beginn debut inicio end ende fin".split())
OF_DATE = set(WORDS["date"].split())
VOCABULARY = {field: set(words.split()) for field, words in WORDS.items()}
EXACTLY = {name: field for field, names in EXACT.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Header:
    """A header row, by its index in the sheet, and the indexes of the columns that hold each of our fields."""

    row: int
    columns: Mapping[str, Sequence[int]]

    @property
    def is_usable(self) -> bool:
        """Whether it says what there is and when."""
        return "title" in self.columns and bool({"start", "date"} & self.columns.keys())


def find(sheet: Sheet) -> Header | None:
    """The first row that can be used as a header."""
    headers = (read(index, row) for index, row in enumerate(sheet.rows[:ROWS_TRIED]))
    return next((header for header in headers if header.is_usable), None)


def find_named(sheet: Sheet, names: Mapping[str, str]) -> Header | None:
    """The row that has all of the configured names; they win over what its cells mean to us. May raise `FormatError`.

    `names` are the table's own names of columns by ours.
    """
    wanted = {_field(ours): theirs for ours, theirs in names.items()}
    for index, row in enumerate(sheet.rows[:ROWS_TRIED]):
        places = {field: _place(row, theirs) for field, theirs in wanted.items()}
        if row and all(place is not None for place in places.values()):
            given = {field: [place] for field, place in places.items() if place is not None}
            taken = {place for found in given.values() for place in found}
            guessed = {
                field: rest
                for field, found in read(index, row).columns.items()
                if (rest := [place for place in found if place not in taken])
            }
            return Header(index, {**guessed, **given})
    return None


def unknown(sheet: Sheet, names: Mapping[str, str]) -> FormatError:
    """Why no row is the header: what the columns are, and which configured name is not one of them."""
    tried = list(enumerate(sheet.rows[:ROWS_TRIED]))
    usable = find(sheet)
    index, row = max(tried, key=lambda pair: sum(1 for cell in pair[1] if cell.strip()), default=(0, []))
    if usable:
        index, row = usable.row, sheet.rows[usable.row]
    listed = ", ".join(f"“{one_line(cell, 40)}”" for cell in row[:20] if cell.strip()) or "none"
    where = sheet.where(index)
    missing = [theirs for theirs in names.values() if _place(row, theirs) is None]
    if missing:
        absent = f"no column is called “{one_line(missing[0], 40)}”"
        return FormatError(f"{where}: {absent}, as [feeds.columns] says; there are {listed}")
    said = "no row says which column holds the title and which the time"
    return FormatError(f"{where}: {said}; name them in [feeds.columns], this row has {listed}")


def read(index: int, row: Sequence[str]) -> Header:
    """What each cell of a row would mean if the row were the header."""
    claims: dict[str, list[tuple[int, set[str]]]] = {}
    for place, cell in enumerate(row[:200]):
        folded = fold(cell) if len(cell) <= CELL_MAX else ""
        words = folded.split()
        if cell.strip() == "#":
            claims.setdefault("id", []).append((place, set()))
        elif words and len(words) <= WORDS_MAX:
            claims.setdefault(_meaning(folded, set(words)), []).append((place, set(words)))
    claims.pop("", None)
    _settle_times(claims)
    _settle_title(claims)
    return Header(
        index,
        {
            field: [place for place, _ in (found if field in SHARED else found[:1])]
            for field, found in claims.items()
            if found
        },
    )


def _meaning(folded: str, words: set[str]) -> str:
    if folded in EXACTLY:
        return EXACTLY[folded]
    if words & VOCABULARY[""]:
        return ""
    if words & TITLE and not words & (OWNERS | VOCABULARY["subtitle"]):
        return "title"
    for field, vocabulary in VOCABULARY.items():
        if words & vocabulary and not (field == "id" and words & OWNERS):
            # "Date and time" holds both, and is when it starts.
            if field == "date" and words & OF_TIME:
                continue
            return field
    return ""


def _settle_times(claims: dict[str, list[tuple[int, set[str]]]]) -> None:
    """Beside "Start time", "Start date" is the date; and "Start" is meant before a mere "Time" or "Slot"."""
    starts = claims.get("start", [])
    if len(starts) > 1:
        dates = [claim for claim in starts if claim[1] & OF_DATE]
        if dates and len(dates) < len(starts):
            claims.setdefault("date", []).extend(dates)
            starts[:] = [claim for claim in starts if claim not in dates]
        starts.sort(key=lambda claim: not any(word.startswith(("start", "beg", "deb", "ini")) for word in claim[1]))
    ends = claims.get("end", [])
    ends.sort(key=lambda claim: bool(claim[1] & OF_DATE))


def _settle_title(claims: dict[str, list[tuple[int, set[str]]]]) -> None:
    """Of several columns that could be the title, the one that says so; what the others are follows from that."""
    titles = claims.get("title", [])
    titles.sort(key=lambda claim: (not claim[1] & TITLE, claim[1] == {"name"}))
    for claim in titles[1:]:
        field = "speakers" if "name" in claim[1] else "track"
        if not claims.get(field):
            claims[field] = [claim]


def _place(row: Sequence[str], name: str) -> int | None:
    """The index of the column with this name, written exactly so or nearly."""
    exact = [place for place, cell in enumerate(row) if cell.strip() == name.strip()]
    near = [place for place, cell in enumerate(row) if len(cell) <= 300 and fold(cell) and fold(cell) == fold(name)]
    return next(iter(exact + near), None)


def _field(name: str) -> str:
    field = SYNONYMS.get(name.casefold(), name.casefold())
    if field not in FIELDS:
        said = f"[feeds.columns]: “{one_line(name, 40)}” is not a field of ours; there are {', '.join(FIELDS)}"
        raise FormatError(said)
    return field
