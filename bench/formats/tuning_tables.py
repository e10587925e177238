"""Ten real tables that none of the reported figures is about: what the ranking is tuned on."""
import csv
import json
import pathlib
import re

from formats.tables import ISO, NamedTable, of_the_reference, translation, with_distinct_names


def languages(language):
    tr = translation("iso_639-2", language)
    entries = [entry for entry in json.loads((ISO / "iso_639-2.json").read_text())["639-2"] if "alpha_2" in entry]
    if language == "en":
        rows = [[entry["name"], entry["alpha_2"], entry["alpha_3"], entry.get("bibliographic", "")] for entry in entries]
        return NamedTable("languages-en", "en", "Languages and their codes (ISO 639-2)", [["Language", "Two-letter code", "Three-letter code", "Bibliographic code"]] + sorted(rows))
    rows = [[tr(entry["name"]), entry["name"], entry["alpha_2"], entry["alpha_3"]] for entry in entries]
    return NamedTable(f"languages-{language}", language, "语言代码（ISO 639-2）", [["语言", "英文名称", "两位字母代码", "三位字母代码"]] + sorted(rows))


def scripts():
    tr = translation("iso_15924", "zh-cn")
    rows = [[tr(entry["name"]), entry["name"], entry["alpha_4"], entry["numeric"]] for entry in json.loads((ISO / "iso_15924.json").read_text())["15924"]]
    return NamedTable("scripts-zh", "zh-cn", "文字代码（ISO 15924）", [["文字", "英文名称", "字母代码", "数字代码"]] + sorted(rows))


def subdivisions():
    countries = {entry["alpha_2"]: entry["name"] for entry in json.loads((ISO / "iso_3166-1.json").read_text())["3166-1"]}
    rows = [[entry["name"], entry["code"], entry["type"], countries[entry["code"][:2]]] for entry in json.loads((ISO / "iso_3166-2.json").read_text())["3166-2"]]
    return NamedTable("subdivisions-en", "en", "Subdivisions of countries (ISO 3166-2)", [["Subdivision", "Code", "Type", "Country"]] + rows[::17])


def airports():
    from vega_datasets import data

    with open(data.airports.filepath, encoding="utf-8") as file:
        rows = [[row["name"], row["iata"], row["city"], row["state"], row["latitude"], row["longitude"]] for row in csv.DictReader(file)]
    return NamedTable("airports", "en", "Airports of the United States", [["Airport", "Location identifier", "City", "State", "Latitude", "Longitude"]] + rows[::11])


def services():
    rows = []
    for line in pathlib.Path("/etc/services").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"(\S+)\s+(\d+)/(\w+)\s*([^#]*?)\s*#\s*(.+)", line):
            name, port, protocol, aliases, description = match.groups()
            rows.append([name, port, protocol, aliases, description])
    return NamedTable("services", "en", "Network services", [["Service", "Port", "Protocol", "Aliases", "Description"]] + rows)


def tuning_tables():
    return [with_distinct_names(table) for table in (
        of_the_reference("fonts", "en", "07", 3), of_the_reference("virtualization", "en", "09", 26), of_the_reference("graphics", "en", "11", 16), languages("en"), subdivisions(), airports(), services(),
        of_the_reference("applications-zh", "zh-cn", "07", 2), languages("zh-cn"), scripts())]
