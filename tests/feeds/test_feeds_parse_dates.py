"""Dates as publishers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import parse_date


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # RFC 822, and what is made of it
        ("Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-23 09:00"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23 10:00"),
        ("Mon, 23 Nov 2026 10:00 EST", "2026-11-23 15:00"),
        ("Mon, 23 Nov 2026 10:00:00 (CET)", "2026-11-23 09:00"),
        ("Mon, 23 Nov 2026 10:00:00 UTC+2", "2026-11-23 08:00"),
        ("Mon, 23 Nov 2026 10:00:00 XYZ", "2026-11-23 10:00"),
        ("Mon, 23-Nov-2026 10:00:00 -0530", "2026-11-23 15:30"),
        ("23 November 2026", "2026-11-23"),
        ("1st Sept 2026 8:05 pm", "2026-09-01 20:05"),
        ("12 May 2026 12:00 AM", "2026-05-12 00:00"),
        ("November 23rd, 2026 12:30 p.m.", "2026-11-23 12:30"),
        ("Mon Nov 23 10:00:00 CET 2026", "2026-11-23 09:00"),
        ("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24"),
        ("Mon, 23 Nov 2026 23:59:60 GMT", "2026-11-23 23:59:59"),
        # two digits of a year
        ("Mon, 23 Nov 26 10:00:00 GMT", "2026-11-23 10:00"),
        ("Tue, 23 Nov 99 10:00:00 GMT", "1999-11-23 10:00"),
        # German and others
        ("Mo, 23 Nov 2026 10:00:00 +0100", "2026-11-23 09:00"),
        ("Mo, 23 Nov 2026 10:00:00 MEZ", "2026-11-23 09:00"),
        ("Do, 23 Jul 2026 10:00:00 MESZ", "2026-07-23 08:00"),
        ("23. März 2026, 10:00 Uhr", "2026-03-23 10:00"),
        ("Mittwoch, 7. Jänner 2026 07:05 Uhr MEZ", "2026-01-07 06:05"),
        ("Di, 1 Dez 2026 10:00:00 +0100", "2026-12-01 09:00"),
        ("Sa, 2 Mai 2026 10:00:00 Z", "2026-05-02 10:00"),
        ("23.11.2026 10:00", "2026-11-23 10:00"),
        ("23.11.26", "2026-11-23"),
        ("lun., 23 févr. 2026 10:00:00 +0100", "2026-02-23 09:00"),
        ("14 juillet 2026", "2026-07-14"),
        ("12 juin 2026", "2026-06-12"),
        ("3 de diciembre de 2026", "2026-12-03"),
        ("5 ottobre 2026", "2026-10-05"),
        ("23. März 2026, 10.30 Uhr", "2026-03-23 10:30"),
        ("mandag 23. november 2026 kl. 10.30", "2026-11-23 10:30"),
        ("maanantai 23. marraskuuta 2026 klo 9.05", "2026-11-23 09:05"),
        ("lundi 23 novembre 2026 à 10h30", "2026-11-23 10:30"),
        ("23 de noviembre del 2026", "2026-11-23"),
        ("23 d’octubre de 2026", "2026-10-23"),
        ("2026. november 23. 10:30", "2026-11-23 10:30"),
        ("23 ноября 2026 г., 10:30", "2026-11-23 10:30"),
        ("2026年11月23日 10:30", "2026-11-23 10:30"),
        ("2026년 11월 23일", "2026-11-23"),
        ("11/23/2026 10:30:00 PM", "2026-11-23 22:30"),
        ("23/11/2026", "2026-11-23"),
        ("11/11/2026", "2026-11-11"),
        # ISO 8601
        ("2026-11-23T10Z", "2026-11-23 10:00"),
        ("2026-11-23T10+01:00", "2026-11-23 09:00"),
        ("2026-11-23T10", "2026-11-23 10:00"),
        ("2026-11-23T24:00:00Z", "2026-11-24"),
        ("2026-11-23T10:00:00+01", "2026-11-23 09:00"),
        ("2026-11-23T10:00:00+01:00", "2026-11-23 09:00"),
        ("2026-11-23T10:00:00.123456Z", "2026-11-23 10:00"),
        ("2026-11-23t10:00:00z", "2026-11-23 10:00"),
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026/11/23 10:00", "2026-11-23 10:00"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11", "2026-11-01"),
        ("2026", "2026-01-01"),
        ("20261123", "2026-11-23"),
        ("20261123T1011", "2026-11-23 10:11"),
        ("20261123T101112Z", "2026-11-23 10:11:12"),
        ("  2026-11-23\n", "2026-11-23"),
    ],
)
def test_read(written: str, meant: str) -> None:
    assert parse_date(written) == moment(meant)


@pytest.mark.parametrize(
    "written",
    [
        "", "x", "gestern", "Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z", "31 Dec 1989", "2026-13-01", "30.02.2026", "99.99.2026",
        "2026-11-23 25:00", "2026-11-23 10:75", "Mon, 23 Nov 2026 10:00 +9999",
        "9999-12-31T23:59:59-12:00", "23 Foo 2026", "12:30", "11/12/2026",
        "31/31/2026", "13/13/2026",
        "22 2026", "2026 foo 22", "2026-366",
    ],
)  # fmt: skip
def test_undated(written: str) -> None:
    assert parse_date(written) is None


LANGUAGES = {
    "English": "January February March April May June July August September October"
    " November December",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober"
    " November Dezember",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober"
    " november december",
    "Danish": "januar februar marts april maj juni juli august september oktober"
    " november december",
    "Norwegian": "januar februar mars april mai juni juli august september oktober"
    " november desember",
    "Swedish": "januari februari mars april maj juni juli augusti september oktober"
    " november december",
    "Finnish": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta"
    " heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "Icelandic": "janúar febrúar mars apríl maí júní júlí ágúst september október"
    " nóvember desember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre"
    " novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre"
    " noviembre diciembre",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro"
    " outubro novembro dezembro",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre"
    " ottobre novembre dicembre",
    "Catalan": "gener febrer març abril maig juny juliol agost setembre octubre"
    " novembre desembre",
    "Romanian": "ianuarie februarie martie aprilie mai iunie iulie august septembrie"
    " octombrie noiembrie decembrie",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września"
    " października listopada grudnia",
    "Czech": "ledna února března dubna května června července srpna září října"
    " listopadu prosince",
    "Czech, as such": "leden únor březen duben květen červen červenec srpen září říjen"
    " listopad prosinec",
    "Slovak": "januára februára marca apríla mája júna júla augusta septembra októbra"
    " novembra decembra",
    "Slovene": "januar februar marec april maj junij julij avgust september oktober"
    " november december",
    "Hungarian": "január február március április május június július augusztus"
    " szeptember október november december",
    "Turkish": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım"
    " Aralık",
    "Estonian": "jaanuar veebruar märts aprill mai juuni juuli august september"
    " oktoober november detsember",
    "Latvian": "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts"
    " septembris oktobris novembris decembris",
    "Lithuanian": "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio"
    " rugsėjo spalio lapkričio gruodžio",
    "Indonesian": "Januari Februari Maret April Mei Juni Juli Agustus September"
    " Oktober November Desember",
    "Malay": "Januari Februari Mac April Mei Jun Julai Ogos September Oktober November"
    " Disember",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября"
    " ноября декабря",
    "Russian, as such": "январь февраль март апрель май июнь июль август сентябрь"
    " октябрь ноябрь декабрь",
    "Ukrainian": "січня лютого березня квітня травня червня липня серпня вересня"
    " жовтня листопада грудня",
    "Belarusian": "студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня"
    " верасня кастрычніка лістапада снежня",
    "Bulgarian": "януари февруари март април май юни юли август септември октомври"
    " ноември декември",
    "Serbian": "јануар фебруар март април мај јун јул август септембар октобар"
    " новембар децембар",
    "Greek": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου"
    " Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_months(language: str) -> None:
    names = LANGUAGES[language].split()
    read = [parse_date(f"x, 23. {name} 2026 10:00:00") for name in names]
    assert read == [moment(f"2026-{n:02}-23 10:00") for n in range(1, 13)]


@pytest.mark.parametrize(
    ("weekday", "short"),
    [
        ("Mo", "Nov"), ("Montag", "Nov"), ("ma", "nov"), ("maandag", "nov"),
        ("lun.", "nov."), ("lundi", "nov"), ("Pn", "lis"), ("pon.", "lis"),
        ("poniedziałek", "lis"), ("Po", "lis"), ("pondělí", "lis"), ("Pzt", "Kas"),
        ("Pazartesi", "Kas"), ("mån", "nov"), ("måndag", "nov"), ("man.", "nov."),
        ("mandag", "nov."), ("Пн", "ноя"), ("понедельник", "нояб."), ("пн", "лис"),
        ("Δευ", "Νοε"), ("seg", "nov"), ("segunda-feira", "nov"),
        ("maanantai", "marras"),
    ],
)  # fmt: skip
def test_weekdays_and_short_months(weekday: str, short: str) -> None:
    written = f"{weekday}, 23 {short} 2026 10:00:00 +0100"
    assert parse_date(written) == moment("2026-11-23 09:00")


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("MEZ", 1), ("MESZ", 2), ("CET", 1), ("CEST", 2), ("MET", 1), ("WEST", 1),
        ("WET", 0), ("UTC", 0), ("GMT", 0), ("UT", 0), ("Z", 0), ("BST", 1), ("EET", 2),
        ("EEST", 3), ("MSK", 3), ("TRT", 3), ("IST", 5.5), ("NPT", 5.75), ("WIB", 7),
        ("SGT", 8), ("JST", 9), ("ACST", 9.5), ("AEST", 10), ("AEDT", 11), ("NZDT", 13),
        ("EST", -5), ("EDT", -4), ("HAE", -4), ("CST", -6), ("MDT", -6), ("PST", -8),
        ("AKDT", -8), ("HST", -10), ("BRT", -3), ("NST", -3.5), ("SAST", 2),
        ("GMT+0100", 1), ("GMT-5", -5), ("UTC+05:30", 5.5),
        ("GMT+0100 (Central European Standard Time)", 1),
    ],
)  # fmt: skip
def test_zones(zone: str, hours: float) -> None:
    expected = moment("2026-11-23 10:00") - timedelta(hours=hours)
    assert parse_date(f"Mon, 23 Nov 2026 10:00:00 {zone}") == expected


@pytest.mark.parametrize("offset", ["+0100", "-0330", "+1400", "-1200", "+0000"])
def test_the_short_way_reads_what_the_long_way_reads(offset: str) -> None:
    usual = f"Mon, 23 Nov 2026 23:59:59 {offset}"
    iso = f"2026-11-23T23:59:59{offset[:3]}:{offset[3:]}"
    assert parse_date(usual) == parse_date(f" {usual}") == parse_date(iso)
    assert parse_date(iso) == parse_date(f" {iso}")


def test_a_date_in_the_future_is_kept() -> None:
    assert parse_date("2099-01-01") == moment("2099-01-01")


@given(st.text() | st.text("0123456789 :.-/+TZJanuar,"))
def test_never_raises(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.utcoffset() == timedelta()


@given(st.datetimes(datetime(1990, 1, 2), datetime(2069, 12, 30)))  # noqa: DTZ001 - made aware
def test_both_standards_are_read_back(naive: datetime) -> None:
    at = naive.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(at.isoformat()) == at
    assert parse_date(f"{at:%a, %d %b %Y %H:%M:%S} +0000") == at
    assert parse_date(f"{at:%d.%m.%Y %H:%M:%S}") == at
