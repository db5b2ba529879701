"""What a person reads after a typo in sheetops.toml. `#!` marks the line the message must name."""

from pathlib import Path

import pytest

from sheetops.model.errors import ConfigError
from sheetops.workspace import parse_config

BASE = """
[tables.cases]
key = "id"
[tables.cases.fields]
id = { type = "text" }
status = { type = "choice", choices = { open = ["new", "to do"], closed = [] } }
points = { type = "integer" }
"""
TRACKER = """
[trackers.north]
file = "North.xlsx"
tab = "Cases"
table = "cases"
columns = { ID = "id", Status = "status" }
"""


def mistakes(text):
    with pytest.raises(ConfigError) as caught:
        parse_config(text, Path("/w/sheetops.toml"))
    return caught.value


def check(text, said):
    """The first mistake is on the marked line, and says `said`."""
    line = next(n for n, content in enumerate(text.split("\n"), 1) if "#!" in content)
    what = mistakes(text).what
    assert what == f"sheetops.toml, line {line}, {said}"


def test_the_file_loads_without_mistakes():
    assert parse_config(BASE + TRACKER, Path("/w/sheetops.toml")).schema.trackers["north"].columns


FIELDS = [
    ("x = { type = 'choise' } #!", "x: there is no type 'choise'. Did you mean 'choice'?"),
    ("x.label = 'X'\nx.type = 'txt' #!", "x: there is no type 'txt'. Did you mean 'text'?"),
    ("[tables.cases.fields.x]\nlabel = 'X'\ntype = 'dat' #!",
     "x: there is no type 'dat'. Did you mean 'date'?"),
    ("x = { type = 'text', requird = true } #!",
     "x: there is no setting 'requird'. Did you mean 'required'?"),
    ("x = { type = 'text', required = 'yes' } #!", "x.required: must be true or false, not text in quotes."),
    ("x = 'text' #!", "x: must be a table, not text in quotes."),
    ("x = { type = 'text', label = 3 } #!", "x.label: must be text in quotes, not a whole number."),
    ("x = { type = 'text', currency = 'EUR' } #!", "x: 'currency' is only for money; this field is text."),
    ("x = { type = 'money', currency = 'euro' } #!",
     "x.currency: 'euro' is not a currency code. Write three capitals, such as EUR."),
    ("x = { type = 'money', decimals = -1 } #!", "x.decimals: must be 0 or more, not -1."),
    ("x = { type = 'choice' } #!", 'x: lists no choices. Write choices = ["open", "closed"].'),
    ("x = { type = 'choice', choices = [] } #!", 'x: lists no choices. Write choices = ["open", "closed"].'),
    ("x = { type = 'choice', choices = 'a' } #!",
     'x: has choices that are text in quotes. Write choices = ["open", "closed"].'),
    ("x.type = 'choice'\nx.choices = [\n'a',\n3, #!\n]",
     'x.choices: each must be text in quotes ("3"), not a whole number.'),
    ("x.type = 'choice'\n[tables.cases.fields.x.choices]\nUK = ['GB']\nIE = ['gb '] #!",
     "x.choices: 'gb ' would mean both 'UK' and 'IE'."),
    ("x = { type = 'choice', choices = { UK = 'GB' } } #!",
     'x.choices.UK: the other spellings are a list, as in UK = ["..."]; [] for none.'),
    ("x = { type = 'multi-choice', choices = ['a; b'] } #!",
     "x.choices: 'a; b' holds a mark that divides choices in a cell (; , |)."),
    ("x = { type = 'choice', choices = ['open'], default = 'opne' } #!",
     "x.default: 'opne' is not one of: open. Did you mean 'open'?"),
    ("x = { type = 'integer', default = 1.5 } #!",
     "x.default: '1.5' is not a whole number. Did you mean '2'?"),
    ("x = { type = 'integer', min = 5, default = 3 } #!", "x.default: '3' is below 5. Did you mean '5'?"),
    ("x = { type = 'date', min = 'soon' } #!", "x.min: 'soon' is not a date."),
    ("x = { type = 'number', max = inf } #!", "x.max: must be a number that can be reached, not inf."),
    ("x = { type = 'integer', min = 5, max = 3 } #!", "x.max: the max 3 is below the min 5."),
    ("x = { type = 'text', max = 3 } #!",
     "x: 'max' is only for integer, number, money, date, datetime, duration; this field is text."),
    ("x = { type = 'text', pattern = '[A-' } #!",
     "x.pattern: the pattern '[A-' cannot be read: unterminated character set at position 0."),
    ("x = { type = 'text', pattern = 'A+', default = 'B' } #!", "x.default: 'B' does not look like A+."),
    ("x = { type = 'reference', to = 'case' } #!", "x.to: there is no table 'case'. Did you mean 'cases'?"),
    ("x = { type = 'reference' } #!", 'x: a reference says which table it means: to = "sellers".'),
    ("x = { type = 'text', renamed_from = 'id' } #!",
     "x.renamed_from: the field 'id' is still here, so nothing was renamed from it."),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "said"), FIELDS, ids=[said[:40] for _, said in FIELDS])
def test_a_field(toml, said):
    check(BASE + toml, f"tables.cases.fields.{said}")


NAMES = [
    ("'SLA due' = { type = 'text' } #!", "is not a simple name: small letters", "Call it 'sla_due'."),
    ("'2' = { type = 'text' } #!", "is not a simple name: small letters", "Call it 'field_2'."),
    ("sheetops_id = { type = 'text' } #!", "begins with 'sheetops_', which is kept", "Call it 'id'."),
    ("class = { type = 'text' } #!", "is a word that conditions (`where`) use", "Call it 'class_value'."),
    ("x" * 64 + " = { type = 'text' } #!", "is longer than 63 characters", f"Call it '{'x' * 63}'."),
]


@pytest.mark.parametrize(("toml", "problem", "suggestion"), NAMES)
def test_a_name_that_sql_or_conditions_cannot_use(toml, problem, suggestion):
    what = mistakes(BASE + toml).what
    assert what.startswith("sheetops.toml, line 8, tables.cases.fields: the field name '")
    assert problem in what
    assert what.endswith(suggestion)


TABLES = [
    ("\nkey = 'idd' #!\nfields.id.type = 'text'", "t.key: there is no field 'idd'. Did you mean 'id'?"),
    (" #!\nfields.id.type = 'text'", 't: says not which field identifies a record. Add key = "id".'),
    (" #!\nkey = 'id'", 't: has no fields. Add one, as in case_id = { type = "text" }.'),
    ("\nkey = 'id'\nkey_format = 'CASE' #!\nfields.id.type = 'text'",
     "t.key_format: 'CASE' has no place for a number. Write it like CASE-{:04d}."),
    ("\nkey = 'id' #!\nfields.id.type = 'integer'",
     "t.key: 'id' is of type 'integer'. A key is text; numbers in it are read as text too."),
    ("\nkey = 'id'\nfeilds.x = 1 #!\nfields.id.type = 'text'",
     "t: there is no setting 'feilds'. Did you mean 'fields'?"),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "said"), TABLES)
def test_a_table(toml, said):
    check(f"[tables.t]{toml}", f"tables.{said}")


@pytest.mark.parametrize(
    "bad", ["CASE-{", "CASE-{}-{}", "CASE-{name}", "CASE-{:zz}", "CASE-{:.0s}", "{0.real}"]
)
def test_a_key_format_must_make_different_keys(bad):
    assert (
        "has no place for a number"
        in mistakes(BASE.replace("\nkey =", f"\nkey_format = '{bad}'\nkey =")).what
    )


TRACKERS = [
    ("where = 'market == 1' #!", "where: table 'cases' has no field 'market'."),
    ("where = 'statos == 1' #!", "where: table 'cases' has no field 'statos'. Did you mean 'status'?"),
    ("where = \"status == 'opne'\" #!", "where: 'opne' is not a choice of 'status'. Did you mean 'open'?"),
    ("where = \"status in ['To do']\" #!",
     "where: 'To do' is not a choice of 'status'. Write 'open'; 'To do' is another spelling of it."),
    ("where = 'len(status)' #!",
     "where: The condition `len(status)` uses `len(status)`, which conditions do not have."),
    ("where = 'status ==' #!", "where: The condition `status ==` cannot be read: invalid syntax."),
    ("header_row = 0 #!", "header_row: must be 1 or more, not 0."),
    ("ad = true #!", "there is no setting 'ad'. Did you mean 'add'?"),
    ("timezone = 'Europe/Lodnon' #!",
     "timezone: there is no time zone 'Europe/Lodnon'. Did you mean 'Europe/London'?"),
    ("timezone = 'tokyo' #!", "timezone: there is no time zone 'tokyo'. Did you mean 'Asia/Tokyo'?"),
    ("dates = 'days first' #!", "dates: dates cannot be 'days first'. Did you mean 'day first'?"),
    ("state_column = ' status' #!",
     "state_column: ' status' is one of the columns already; sheetops needs its own."),
    ("backend = 'exel' #!", "backend: there is no backend 'exel'. Did you mean 'excel'?"),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "said"), TRACKERS, ids=[toml for toml, _ in TRACKERS])
def test_a_tracker(toml, said):
    shown = f"trackers.north{':' if said.startswith('there is no setting') else '.'}"
    separator = " " if shown.endswith(":") else ""
    check(BASE + TRACKER + toml, f"{shown}{separator}{said}")


COLUMNS = [
    ('"Points" = "point" #!', ".Points: table 'cases' has no field 'point'. Did you mean 'points'?"),
    ('"status " = "points" #!', ".\"status \": the headers 'Status' and 'status ' are read as the same one."),
    ('"State" = "status" #!', ".State: the field 'status' is under 'Status' already."),
    ('"P" = { field = "points", mode = "compute" } #!',
     ".P.mode: there is no mode 'compute'. Did you mean 'computed'?"),
    ('"P" = { feild = "points" } #!', ".P: there is no setting 'feild'. Did you mean 'field'?"),
    ('"P" = 3 #!', '.P: a header stands for a field, as in "P" = "status".'),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "said"), COLUMNS, ids=[toml for toml, _ in COLUMNS])
def test_a_column(toml, said):
    tracker = TRACKER.replace('columns = { ID = "id", Status = "status" }', "")
    columns = f'[trackers.north.columns]\nID = "id"\nStatus = "status"\n{toml}'
    line = next(n for n, text in enumerate((BASE + tracker + columns).split("\n"), 1) if "#!" in text)
    first = mistakes(BASE + tracker + columns).what.split("\n")[0]
    assert first == f"sheetops.toml, line {line}, trackers.north.columns{said}"


def test_the_key_must_be_among_the_columns():
    said = mistakes(BASE + TRACKER.replace('ID = "id", ', "")).what
    assert said.endswith(
        "line 13, trackers.north.columns: the key of table 'cases', 'id', is not among the columns. "
        'Add "id" = "id".'
    )


def test_an_unknown_table_is_one_mistake_not_many():
    said = mistakes(BASE + TRACKER.replace('"cases"', '"casse"')).what
    assert said.endswith("trackers.north.table: there is no table 'casse'. Did you mean 'cases'?")


def test_two_trackers_cannot_share_a_tab():
    other = TRACKER.replace("north", "south").replace('"Cases"', '"cases"').replace("North", "./North")
    said = mistakes(BASE + TRACKER + other).what
    assert said.endswith("trackers.south.tab: the tab 'cases' of North.xlsx is tracker 'north' already.")


def test_the_programs_own_tab_is_no_tracker():
    assert "belongs to the program" in mistakes(BASE + TRACKER.replace('"Cases"', '"Sheetops"')).what


def test_a_tracker_says_file_tab_and_table():
    what = mistakes(BASE + "[trackers.north]").what
    assert "says not which workbook" in what
    assert "says not which tab" in what
    assert "says not which table" in what


WORKSPACE = [
    ("[workspaces] #!", "there is no part 'workspaces'. Did you mean 'workspace'?"),
    ("[guards]\ndeletes_percnt = 3 #!",
     "guards: there is no setting 'deletes_percnt'. Did you mean 'deletes_percent'?"),
    ("[guards]\ndeletes_percent = 300 #!",
     "guards.deletes_percent: must be a percentage, a number from 0 to 100."),
    ("[workspace]\ndatabase = 'mysql://x/y' #!",
     "workspace.database: 'mysql' is not a database sheetops knows. Name a file, or postgresql://..."),
    ("[workspace]\ndates = 'year first' #!",
     "workspace.dates: dates cannot be 'year first'. 2024-01-05 is always understood; "),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "said"), WORKSPACE)
def test_the_workspace_and_its_guards(toml, said):
    line = toml.split("#!")[0].count("\n") + 1
    first = mistakes(toml).what
    assert (
        first.replace(f"line {line}, ", "").replace(f"line {line}: ", "").startswith(f"sheetops.toml, {said}")
    )


SYNTAX = [
    ("[workspace]\nname = LIVE #!", "the value is not one TOML knows"),
    ("[workspace]\nname = 'a'\nname = 'b' #!", "this key is in its table twice"),
    ("[workspace]\nSLA due = 'a' #!", "a key and its value are divided by '='"),
    ("[workspace]\n[workspace] #!", "this table is in the file twice"),
    ("[workspace]\nname = 'a #!\ntimezone = 'UTC'", "does not end on it"),
    ('[workspace]\ndatabase = "C:\\work\\x.db" #!', "write \\\\ for one backslash"),
    ("[workspace #!", "It says: [workspace #!"),
]


@pytest.mark.parametrize(("toml", "said"), SYNTAX, ids=[said for _, said in SYNTAX])
def test_a_syntax_error_is_said_in_words_with_its_line(toml, said):
    line = toml.split("#!")[0].count("\n") + 1
    what = mistakes(toml).what
    assert what.startswith(f"sheetops.toml, line {line}: ")
    assert said in what


def test_all_mistakes_are_told_in_the_order_of_the_file():
    text = BASE + "".join(f"x{n} = {{ type = 'wrong' }}\n" for n in range(13)) + "[guards]\nz = 1"
    error = mistakes(text)
    first, head, *rest = error.what.strip().split("\n")
    assert first.startswith("sheetops.toml, line 8, tables.cases.fields.x0: there is no type 'wrong'.")
    assert head == "13 more to correct:"
    assert len(rest) == 10
    assert rest[-1] == "  and 4 more"
    assert error.next_step


TRAFFIC = (
    BASE
    + """
[tables.traffic]
key = "row"
[tables.traffic.fields]
row = { type = "text" }
day = { type = "date" }
market = { type = "text" }
viewers = { type = "number" }
"""
)
LOOK = '[signals.traffic]\ntime = "day"\nmetrics = ["viewers"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[signals.trafic] #!\ntime = "day"', "signals.trafic: there is no table 'trafic'. Did you mean 'traffic'?"),
        ('[signals.traffic] #!\nmetrics = ["viewers"]', 'signals.traffic: says no time. Add time = "day".'),
        ('[signals.traffic]\ntime = "viewers" #!\nmetrics = ["viewers"]', "signals.traffic.time: 'viewers' is no column of dates and times: it is of type 'number'."),
        ('[signals.traffic]\ntime = "day"\nmetrics = ["viewer"] #!', "signals.traffic.metrics: table 'traffic' has no field 'viewer'. Did you mean 'viewers'?"),
        ('[signals.traffic]\ntime = "day"\nmetrics = ["viewers"]\nseries = ["market"]\ndimensions = ["market"] #!', "signals.traffic.dimensions: 'market' is a series already: it cannot explain itself."),
        (LOOK + "flags_per_1000 = 900 #!", "signals.traffic.flags_per_1000: must be a number from 0 to 200."),
        (LOOK + 'events = ["sales"] #!', "signals.traffic.events: there is no [events.sales]."),
        (LOOK + 'threshold = 3 #!', "signals.traffic: there is no setting 'threshold'."),
        ('[counts.weekly]\ntable = "traffic"\ndate = "day"\nevery = "weak" #!', "counts.weekly.every: cannot be 'weak'. Did you mean 'week'?"),
        ('[counts.weekly] #!\ndate = "day"', 'counts.weekly: says not what is counted. Add table = "cases".'),
        ('[events.traffic]\nstart = "day"\nclass = "weather" #!', "events.traffic.class: cannot be 'weather'. There is: policy/governance, product, algorithm, outside."),
    ],
)  # fmt: skip
def test_a_typo_in_what_is_looked_at(text, said):
    line = next(n for n, content in enumerate((TRAFFIC + text).split("\n"), 1) if "#!" in content)
    what = mistakes(TRAFFIC + text).what
    assert what.startswith(f"sheetops.toml, line {line}, {said}")


def test_columns_that_people_have_under_a_computed_name_are_named():
    text = TRAFFIC.replace("viewers = {", 'why = { type = "text" } #!\nviewers = {') + LOOK
    check(
        text,
        "tables.traffic.fields.why: is computed by 'anomaly'; take the field out, or give it another name.",
    )
