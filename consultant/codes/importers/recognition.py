"""Which importer knows this file: decided by its content, whatever its name, inside zip or gz as downloaded.

A download holds more than data: notes, layouts, corrections, the same table twice. Names only ever put a file aside or
choose between two that are both good; they never make a file what it is not.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from consultant.codes.importers import (
    anesthesia,
    coverage,
    cpt_descriptors,
    cpt_history,
    cpt_modifiers,
    dmepos,
    fee_amounts,
    fee_schedule,
    gems,
    gpci,
    hcpcs,
    hcpcs_list,
    icd10cm_addenda,
    icd10cm_index,
    icd10cm_order,
    icd10cm_tabular,
    icd10pcs_order,
    localities,
    ncci_addon,
    ncci_mue,
    ncci_ptp,
    opps_caps,
    place_of_service,
    rbcs,
)
from consultant.codes.importers.documents import Document, UnknownFileError, unpack
from consultant.codes.importers.edition import Edition, Ledger
from consultant.codes.importers.glance import Glance, by_line, by_row


@dataclass(frozen=True)
class Importer:
    """One kind of agency file: how it is told, how it is read, and what to call it to a person.

    Of the documents in one download that are the same table twice, one is read. `slot` tells those apart that are not:
    the parts of one table, or editions that hold beside each other. Where one format holds more than another, the one
    of higher `rank` is read, whatever its size.
    """

    source: str
    wording: str
    knows: Callable[[Glance], bool]
    read: Callable[[Document], Edition | Ledger]
    slot: Callable[[Document], str] = lambda _: ""
    rank: int = 0


IMPORTERS: tuple[Importer, ...] = (
    Importer(
        icd10cm_tabular.SOURCE,
        "the ICD-10-CM tabular list in XML",
        lambda glance: icd10cm_tabular.knows(glance.head),
        icd10cm_tabular.read_tabular,
    ),
    Importer(
        hcpcs.SOURCE,
        "the HCPCS Level II alpha-numeric file as xlsx or csv",
        by_row(hcpcs.knows_cells),
        hcpcs.read_table,
    ),
    Importer(
        hcpcs.SOURCE,
        "the HCPCS Level II alpha-numeric file as 320-column text",
        by_line(hcpcs.knows_text),
        hcpcs.read_text,
    ),
    Importer(
        hcpcs.SOURCE,
        "a HCPCS Level II list prepared from that file as xlsx or csv",
        by_row(hcpcs_list.knows_cells),
        hcpcs_list.read_table,
        rank=-1,
    ),
    Importer(
        "NCCI PTP",
        "the NCCI PTP edits (a part, or all of them) as text",
        by_line(ncci_ptp.knows_line),
        ncci_ptp.read,
        ncci_ptp.slot,
        rank=1,
    ),
    Importer(
        "NCCI PTP",
        "the NCCI PTP edits (a part, or all of them) as xlsx",
        by_row(ncci_ptp.knows_cells),
        ncci_ptp.read,
        ncci_ptp.slot,
    ),
    Importer(
        "NCCI MUE", "an NCCI MUE table as xlsx or csv", by_row(ncci_mue.knows_cells), ncci_mue.read, ncci_mue.slot
    ),
    Importer(ncci_addon.SOURCE, "the NCCI add-on codes as text", by_line(ncci_addon.knows_line), ncci_addon.read),
    Importer(
        ncci_addon.SOURCE, "the NCCI add-on codes as xlsx or csv", by_row(ncci_addon.knows_cells), ncci_addon.read
    ),
    Importer(
        fee_schedule.SOURCE,
        "the physician fee schedule (PPRRVU) as xlsx or csv",
        by_row(fee_schedule.knows_cells),
        fee_schedule.read_table,
        fee_schedule.variant_of,
        rank=1,
    ),
    Importer(
        fee_schedule.SOURCE,
        "the physician fee schedule (PPRRVU) as text",
        by_line(fee_schedule.knows_line),
        fee_schedule.read_text,
        fee_schedule.variant_of,
    ),
    Importer(gpci.SOURCE, "the GPCI file as xlsx or csv", by_row(gpci.knows_cells), gpci.read_table),
    Importer(gpci.SOURCE, "the GPCI file as text", by_line(gpci.knows_line), gpci.read_text),
    Importer(
        localities.SOURCE,
        "the locality-county file as xlsx or csv",
        by_row(localities.knows_cells),
        localities.read_table,
    ),
    Importer(
        anesthesia.SOURCE,
        "the anesthesia conversion factors as xlsx or csv",
        by_row(anesthesia.knows_cells),
        anesthesia.read_table,
        anesthesia.variant_of,
        rank=1,
    ),
    Importer(
        anesthesia.SOURCE,
        "the anesthesia conversion factors as text",
        by_line(anesthesia.knows_line),
        anesthesia.read_text,
        anesthesia.variant_of,
    ),
    Importer(opps_caps.SOURCE, "the OPPS caps as xlsx or csv", by_row(opps_caps.knows_cells), opps_caps.read_table),
    Importer(
        fee_amounts.SOURCE,
        "the physician payment amounts (PFREV) as text",
        by_line(fee_amounts.knows_line),
        fee_amounts.read_text,
    ),
    Importer(dmepos.SOURCE, "the DMEPOS fee schedule as xlsx or csv", by_row(dmepos.knows_cells), dmepos.read_table),
    Importer(
        place_of_service.SOURCE,
        "the place-of-service list as xlsx or csv",
        by_row(place_of_service.knows_cells),
        place_of_service.read_table,
    ),
    Importer(rbcs.SOURCE, "the RBCS taxonomy as xlsx or csv", by_row(rbcs.knows_cells), rbcs.read_table),
    Importer(
        icd10cm_index.SOURCE,
        "an ICD-10-CM alphabetic index or table in XML",
        lambda glance: icd10cm_index.knows(glance.head),
        icd10cm_index.read_ledger,
        slot=icd10cm_index.book_of,
    ),
    Importer(
        icd10pcs_order.SOURCE,
        "the ICD-10-PCS order file",
        lambda glance: icd10pcs_order.all_procedures(filter(icd10cm_order.knows_line, glance.lines)),
        icd10pcs_order.read_order,
    ),
    Importer(
        icd10cm_order.SOURCE,
        "the ICD-10-CM order file",
        by_line(icd10cm_order.knows_diagnosis),
        icd10cm_order.read_order,
        slot=lambda _: icd10cm_order.VARIANT,
    ),
    Importer(
        icd10cm_addenda.SOURCE,
        "the addenda to an ICD-10 order or code file",
        by_line(icd10cm_addenda.knows_line),
        icd10cm_addenda.read_ledger,
        slot=lambda document: document.name,
    ),
    Importer(
        gems.SOURCE,
        "General Equivalence Mappings as text or csv",
        by_line(gems.knows_line),
        gems.read_ledger,
        slot=gems.direction_of,
    ),
    Importer(
        coverage.SOURCE,
        "a table of the Medicare Coverage Database as csv",
        by_row(coverage.knows_cells),
        coverage.read_table,
        slot=coverage.part_of,
    ),
    Importer(
        cpt_history.SOURCE,
        "the AMA's history of CPT changes",
        by_line(cpt_history.knows_line),
        cpt_history.read_history,
        slot=cpt_history.kind_of,
    ),
    Importer(
        cpt_modifiers.SOURCE,
        "the AMA's list of CPT modifiers",
        lambda glance: cpt_modifiers.knows(glance.head),
        cpt_modifiers.read_modifiers,
    ),
    Importer(
        cpt_descriptors.SOURCE,
        "the AMA's CPT descriptors (long, medium, short, consumer, clinician)",
        lambda glance: cpt_descriptors.knows(glance.head),
        cpt_descriptors.read_descriptors,
        slot=cpt_descriptors.length_of,
    ),
)

_ASIDE = re.compile(
    r"recordlayout|proc_?notes|\bNOC\b|NOC codes|corrections?|trans(?:action|_)|readme|MCR_NCCI_|addenda", re.IGNORECASE
)
_VERSION = re.compile(r"_v([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_REISSUED = re.compile(r"_([0-9]{2})([0-9]{2})(20[0-9]{2})(?![0-9])")
_LISTED_ALONE = re.compile(r"(?=[0-9A-Z]{0,4}[0-9])[0-9A-Z]{2,7}(?:\.[0-9A-Z]{1,4})?")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Find:
    """A document that an importer knows, not yet read."""

    importer: Importer
    document: Document

    def read(self, reached: Callable[[int], None] = lambda _: None) -> Edition | Ledger:
        """Read it, telling how many bytes have been read; raise what its importer raises."""
        return self.importer.read(self.document.watched(reached))


def recognise(path: Path) -> list[Find]:
    """Return what a file as downloaded holds, the same table only once, or raise `UnknownFileError`."""
    documents = unpack(path)
    chosen: dict[tuple[str, str], Find] = {}
    for find in _known(documents):
        slot = find.importer.source, find.importer.slot(find.document)
        if slot not in chosen or _better(find, chosen[slot]):
            chosen[slot] = find
    if not chosen:
        raise UnknownFileError(file=path.name, hint=_hint(documents))
    return list(chosen.values())


def read_editions(path: Path) -> list[Edition]:
    """Return the editions of codes a file as downloaded holds."""
    readings = [find.read() for find in recognise(path)]
    return [reading for reading in readings if isinstance(reading, Edition)]


def read_ledgers(path: Path) -> list[Ledger]:
    """Return the ledgers a file as downloaded holds, their rows not yet read."""
    readings = [find.read() for find in recognise(path)]
    return [reading for reading in readings if isinstance(reading, Ledger)]


def _known(documents: list[Document]) -> Iterator[Find]:
    several = len(documents) > 1
    for document in documents:
        if several and _ASIDE.search(document.name):
            continue
        glance = Glance(document)
        importer = next((importer for importer in IMPORTERS if importer.knows(glance)), None)
        if importer:
            yield Find(importer, document)


def _better(find: Find, other: Find) -> bool:
    return _rank(find) > _rank(other)


def _rank(find: Find) -> tuple[int, str, int, int]:
    """Order the issues of one table: highest _vN, latest date in the name (_MMDDYYYY), fullest format, largest."""
    document = find.document
    version = _VERSION.search(document.name)
    reissued = _REISSUED.search(document.name)
    day = f"{reissued[3]}{reissued[1]}{reissued[2]}" if reissued else ""
    return int(version[1]) if version else 1, day, find.importer.rank, document.size


def _hint(documents: list[Document]) -> str:
    """Say what the file seems to be, where a person would like to know."""
    if any(_ASIDE.search(document.name) for document in documents):
        return "It looks like what comes beside a data file: import the data file of the same release. "
    if any(document.head().startswith(_OLD_EXCEL) for document in documents):
        return "It is an old Excel file (.xls): import the text file of the same download instead. "
    if any(_lists_codes_alone(document) for document in documents):
        return (
            "It is a list of codes alone: without descriptions and dates it cannot say what a code is or whether it is"
            " in force. Import the agency's file of that release instead. "
        )
    return ""


def _lists_codes_alone(document: Document) -> bool:
    """Tell a text of one code a line; a first line that heads them may be there."""
    lines = [line.strip() for line in Glance(document).lines if line.strip()]
    return len(lines) > 1 and all(map(_LISTED_ALONE.fullmatch, lines[1:]))
