"""Ten real tables, and a question for each of their cells."""
import dataclasses
import gettext
import json
import pathlib
import random

from formats import source, writers

ISO = pathlib.Path("/usr/share/iso-codes/json")
REFERENCE = "/usr/share/debian-reference/ch{}.{}.html"


@dataclasses.dataclass
class NamedTable:
    name: str
    language: str
    title: str
    rows: list  # the first names the columns; the first column names the rows


def of_the_reference(name, language, chapter, number):
    title, rows = source.tables_of(source.read_blocks(REFERENCE.format(chapter, language)))[number]
    return NamedTable(name, language, title, rows)


def countries(language):
    tr = translation("iso_3166-1", language)
    names = ["Country", "Official name", "Two-letter code", "Three-letter code", "Numeric code"] if language == "en" else ["国家或地区", "正式名称", "两位字母代码", "三位字母代码", "数字代码"]
    rows = [[tr(entry["name"]), tr(entry["official_name"]) if "official_name" in entry else "", entry["alpha_2"], entry["alpha_3"], entry["numeric"]] for entry in json.loads((ISO / "iso_3166-1.json").read_text())["3166-1"]]
    return NamedTable(f"countries-{language}", language, "Countries and their codes (ISO 3166-1)" if language == "en" else "国家和地区代码（ISO 3166-1）", [names] + sorted(rows))


def currencies():
    tr = translation("iso_4217", "zh-cn")
    rows = [[tr(entry["name"]), entry["name"], entry["alpha_3"], entry["numeric"]] for entry in json.loads((ISO / "iso_4217.json").read_text())["4217"]]
    return NamedTable("currencies-zh", "zh-cn", "货币代码（ISO 4217）", [["货币", "英文名称", "字母代码", "数字代码"]] + sorted(rows))


def translation(domain, language):
    return (lambda text: text) if language == "en" else gettext.translation(domain, "/usr/share/locale", ["zh_CN"]).gettext


def elements():
    import periodictable

    def shown(value):
        return "" if value is None else f"{value:g}"

    rows = [[element.name.capitalize(), element.symbol, str(element.number), shown(element.mass), shown(element.density), " ".join(map(str, element.ions))]
            for element in periodictable.elements if element.number > 0]
    return NamedTable("elements", "en", "The chemical elements", [["Element", "Symbol", "Atomic number", "Atomic mass", "Density", "Oxidation states"]] + rows)


def cars():
    from vega_datasets import data

    names = {"Miles_per_Gallon": "Miles per gallon", "Cylinders": "Cylinders", "Horsepower": "Horsepower", "Weight_in_lbs": "Weight in pounds", "Acceleration": "Acceleration", "Origin": "Origin"}
    rows = [[entry["Name"].title()] + ["" if entry[key] is None else str(entry[key]) for key in names] for entry in json.loads(pathlib.Path(data.cars.filepath).read_text())]
    return NamedTable("cars", "en", "Cars from 1970 to 1982", [["Car", *names.values()]] + rows)


def ten_tables():
    return [with_distinct_names(table) for table in (
        of_the_reference("apt-commands", "en", "02", 5), of_the_reference("network-clients", "en", "06", 12), of_the_reference("archive-tools", "en", "10", 0), countries("en"), elements(), cars(),
        of_the_reference("network-zh", "zh-cn", "05", 0), of_the_reference("merge-tools-zh", "zh-cn", "10", 8), countries("zh-cn"), currencies())]


def with_distinct_names(table):
    """Of two rows with the same name the first is kept: a question about the other could not be put."""
    seen, rows = set(), []
    for row in table.rows[1:]:
        if row[0] not in seen and row[0] not in ("", "N/A"):
            rows.append(row)
        seen.add(row[0])
    table.rows = [table.rows[0]] + rows
    return table


def questions_of(table, most, seed):
    asked = []
    for row in table.rows[1:]:
        for column, cell in list(zip(table.rows[0], row))[1:]:
            if cell and cell != "-":
                asked.append((f"{row[0]}的{column}是什么？" if table.language.startswith("zh") else f"What is the {column[0].lower() + column[1:]} of {row[0]}?", row, cell))
    random.Random(f"{seed} {table.name}").shuffle(asked)
    return asked[:most]


def blocks_of(table):
    return [source.Block("heading", [(table.title, "")], 1), source.Block("table", rows=table.rows)]


def write(table, kind, folder):
    """PDF by LibreOffice, DOCX by python-docx, where nothing says which row names the columns, XLSX by openpyxl, HTML."""
    from formats import office

    target = folder / f"{table.name}.{kind}"
    blocks = blocks_of(table)
    page = writers.html_of(blocks, table.language, table.title).encode("utf-8")
    if kind == "html":
        office.write(target, page)
    elif kind == "pdf":
        sources = folder.parent / "pdf-sources"
        sources.mkdir(exist_ok=True)
        office.write(sources / f"{table.name}.html", page)
        office.convert(sources / f"{table.name}.html", "odt:writer8", sources / f"{table.name}.odt", "HTML (StarWriter)")
        office.convert(sources / f"{table.name}.odt", "pdf", target)
    elif kind == "docx":
        writers.write_docx(blocks, target)
    else:
        writers.write_xlsx([(table.title, table.rows)], target)
    return target
