"""The words in dates: the names of months in many languages, and of time zones.

Months are known by the beginnings of their names, in lower case and without accents;
the longest that fits counts. Croatian is left out, but for what would be misread:
its October is the November of Poles and Czechs.
"""

from __future__ import annotations

_MONTHS = (
    # Germanic, Romance, Baltic, Finnish, Estonian, Hungarian, Turkish, Malay; Slavic in
    # Latin letters; in Cyrillic ones; Greek
    "jan ene gen ian jaa tam sau oca sty led янв яну јан січ студз ιαν",
    "feb fev vee hel vas sub lut uno фев феб лют φεβ",
    "mar mae mrz mrt maa kov mac bre мар бер сак μαρ",
    "apr abr avr huh bal nis kwi dub апр кві крас απρ",
    "may mai mag mei maj tou geg kve маи мая мај тра μαι",
    "jun juin giu iun juun kes bir haz cze cerv lipnj lipan июн юни јун чер чэр ιουν",
    (
        "jul juil lug iul juul hei lie tem lip cervenc cervenec srpnj srpan"
        " июл юли јул лип ліп ιουλ"
    ),
    "aug ago aou agu avg elo rugp ogo sie srp авг сер жні αυγ",
    "sep set sze syy rugs eyl wrz zar сен сеп вер σεπ",
    "oct okt ott out lok spa eki paz rij окт жов кас οκτ",
    "nov noi marras lap kas lis ноя ное нов лис ліс νοε",
    "dec dez dic des det jou dis gru ara pro дек дец гру сне δεκ",
)
MONTHS = {
    name: number
    for number, names in enumerate(_MONTHS, start=1)
    for name in names.split()
}
"""The beginnings of names, of three letters or more, and the numbers of the months."""

_LONGEST = max(map(len, MONTHS))

ZONES = {
    "hst": -10, "akst": -9, "akdt": -8, "pst": -8, "pdt": -7, "mst": -7, "mdt": -6,
    "cst": -6, "cdt": -5, "est": -5, "edt": -4, "hne": -5, "hae": -4, "cot": -5,
    "pet": -5, "ast": -4, "adt": -3, "clt": -4, "clst": -3, "nst": -3.5, "ndt": -2.5,
    "brt": -3, "brst": -2, "art": -3, "uyt": -3, "azost": 0, "azot": -1,
    "bst": 1, "west": 1, "wat": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2,
    "mesz": 2, "sast": 2, "cat": 2, "eet": 2, "oez": 2, "eest": 3, "oesz": 3, "msk": 3,
    "trt": 3, "fet": 3, "eat": 3, "idt": 3, "irst": 3.5, "gst": 4, "azt": 4, "samt": 4,
    "aft": 4.5, "pkt": 5, "uzt": 5, "yekt": 5, "ist": 5.5, "npt": 5.75, "bdt": 6,
    "mmt": 6.5, "ict": 7, "wib": 7, "krat": 7, "wita": 8, "sgt": 8, "myt": 8, "pht": 8,
    "hkt": 8, "awst": 8, "wit": 9, "jst": 9, "kst": 9, "acst": 9.5, "acdt": 10.5,
    "aest": 10, "vlat": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Hours east of Greenwich; names that are not here (UTC, GMT, Z among them) are 0."""


def month_of(name: str) -> int | None:
    """Return the number of a month, None for another word.

    `name` is in lower case, without accents.
    """
    for length in range(min(len(name), _LONGEST), 2, -1):
        if number := MONTHS.get(name[:length]):
            return number
    return None
