"""What `site.yaml` may say, and what is said about it when it is wrong."""

import pytest

from streams.policy import Line, PolicyErrors, Words, load, load_site, render
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS, changed, problems, told

SENSOR = "counts: interval, every: 10s, miscount: 3%"
LINE = "{from: outside, to: fountain, width_m: 8}"
POLYGON = "[[120.1561, 30.2561], [120.1569, 30.2561], [120.1569, 30.2549], [120.1561, 30.2549]]"
MISTAKES = [
    ("site: hubin\n", "‸site: \n", "site", "there is no value"),
    ("site: hubin\n", "site: ‸[a]\n", "site", "a single value is expected here, not […]"),
    ("site: hubin\n", "site: ‸true\n", "site", "true is a yes-or-no value, not a text"),
    ("timezone: Asia/Shanghai", "timezone: ‸Asia/Shanghi", "timezone", "there is no time zone Asia/Shanghi"),
    ("timezone: Asia/Shanghai", "timezone: ‸Asia", "timezone", "there is no time zone Asia"),
    ("timezone: Asia/Shanghai", "timezone: ‸localtime", "timezone", "there is no time zone localtime"),
    ("timezone: Asia/Shanghai", "timezone: ‸../zone", "timezone", "there is no time zone ../zone"),
    ("step: 1s", "step: ‸7s", "time.step", "a day is not a whole number of steps of 7s"),
    ("step: 1s", "step: ‸0s", "time.step", "the duration cannot be zero"),
    ("grace: 5s", "grace: ‸5", "time.grace", "'5' is not a duration"),
    ("grace: 5s", "grace: ‸-5s", "time.grace", "'-5s' is not a duration"),
    ("grace: 5s", "grace: ‸22:30", "time.grace", "'22:30' is not a duration"),
    ("skew: 30s", "skew: ‸400d", "time.skew", "the duration 400d is too long"),
    ("skew: 30s", "‸skw: 30s", "time.skw", "there is no key skw"),
    ("tier: city", "tier: ‸town", "offices[0].tier", "town is not one of the values"),
    ("parent: hangzhou", "parent: ‸hangzou", "offices[1].parent", "the site has no office hangzou"),
    (
        "parent: hangzhou",
        "parent: ‸hubin-street",
        "offices[1].parent",
        "the parent hubin-street (street) is not above shangcheng (district)",
    ),
    ("id: lakeside", "‸id: ", "blocks[0].id", "there is no value"),
    ("area_m2: 6000", "area_m2: ‸0", "blocks[0].zones[0].area_m2", "0 is out of range"),
    ("area_m2: 6000", "area_m2: ‸-6000", "blocks[0].zones[0].area_m2", "-6000 is out of range"),
    ("area_m2: 6000", "area_m2: ‸.nan", "blocks[0].zones[0].area_m2", "'.nan' is not a number"),
    ("capacity: 12000", "capacity: ‸12,000", "blocks[0].zones[0].capacity", "'12,000' is not a whole number"),
    ("capacity: 12000", "capacity: ‸1e4", "blocks[0].zones[0].capacity", "'1e4' is not a whole number"),
    (
        "capacity: 12000",
        "capacity: ‸\uff11\uff12\uff10\uff10\uff10",
        "blocks[0].zones[0].capacity",
        "'\uff11\uff12\uff10\uff10\uff10' has full-width characters",
    ),
    ("capacity: 12000", "‸capacty: 12000", "blocks[0].zones[0].capacty", "there is no key capacty"),
    ("office: hubin-street", "office: ‸hubin-stret", "blocks[0].zones[0].office", "the site has no office hubin-stret"),
    (POLYGON, "‸[[120.1, 30.2], [120.2, 30.2]]", "blocks[0].zones[0].polygon", "the polygon has 2 different points"),
    (POLYGON, "‸[[0, 0], [1, 1], [2, 2]]", "blocks[0].zones[0].polygon", "the polygon encloses nothing"),
    (POLYGON, "[[0, 0], [‸181, 1], [2, 2]]", "blocks[0].zones[0].polygon[1][0]", "181 is out of range"),
    (POLYGON, "[[0, 0], [1, ‸91], [2, 2]]", "blocks[0].zones[0].polygon[1][1]", "91 is out of range"),
    (POLYGON, "[[0, 0], ‸[1], [2, 2]]", "blocks[0].zones[0].polygon[1]", "[…] is not a point"),
    ("id: cam-1", "id: ‸gate-north", "sensors[2].id", "the sensor gate-north is used twice, first in line 20"),
    (
        "from: outside, to: fountain, width_m: 8",
        "from: outside, to: ‸outside, width_m: 8",
        "sensors[0].line.to",
        "both",
    ),
    ("from: outside, to: fountain, width_m: 8", "from: ‸lake, to: fountain, width_m: 8", "sensors[0].line.from", "the"),
    ("width_m: 8", "width_m: ‸0", "sensors[0].line.width_m", "0 is out of range"),
    (LINE, "‸{from: outside, to: fountain}", "sensors[0].line", "width_m is missing"),
    ("area: {zone: fountain}", "area: {zone: ‸fontain}", "sensors[2].area.zone", "the site has no zone fontain"),
    (
        SENSOR,
        "counts: ‸state, every: 10s, miscount: 3%",
        "sensors[0].counts",
        "state is the number of heads in an area",
    ),
    ("area: {zone: fountain}", "area: {zone: fountain, coverage: ‸0%}", "sensors[2].area.coverage", "the share cannot"),
    ("area: {zone: fountain}", "area: {zone: fountain, coverage: ‸120%}", "sensors[2].area.coverage", "120% is more"),
    ("counts: state", "counts: ‸interval", "sensors[2].counts", "interval counts crossings of a line"),
    (SENSOR, "counts: interval, every: ‸0s, miscount: 3%", "sensors[0].every", "the duration cannot be zero"),
    (SENSOR, "counts: interval, every: 10s, miscount: ‸0.03", "sensors[0].miscount", "'0.03' is not a share"),
    (SENSOR, "counts: interval, every: 10s, miscount: ‸101%", "sensors[0].miscount", "101% is more than"),
    (SENSOR, "counts: interval, every: 10s, error: ‸3%", "sensors[0].error", "this kind of sensor has no error"),
    ("zones: [fountain], deploy", "zones: ‸[], deploy", "barriers[0].zones", "the list is empty"),
    ("zones: [fountain], deploy", "zones: [‸lake], deploy", "barriers[0].zones[0]", "the site has no zone lake"),
    (
        "zones: [fountain], deploy",
        "zones: [fountain, ‸fountain], deploy",
        "barriers[0].zones[1]",
        "fountain is listed twice",
    ),
    ("lift_takes: 10min", "lift_takes: ‸10 minutes", "barriers[0].lift_takes", "'10 minutes' is not a duration"),
]


@pytest.mark.parametrize(("old", "new", "path", "what"), MISTAKES)
def test_a_mistake_in_the_site_is_told_at_its_place(old: str, new: str, path: str, what: str) -> None:
    text, line, column = changed(SITE, old, new)
    found = [entry for entry in told(problems(text, LEVELS)) if entry[:2] == (line, column)]
    assert len(found) == 1, told(problems(text, LEVELS))
    assert found[0][2] == path and found[0][3].startswith(what)


@pytest.mark.parametrize(("old", "new", "path", "what"), MISTAKES)
def test_a_mistake_in_the_site_brings_no_other_one_with_it(old: str, new: str, path: str, what: str) -> None:
    text, _, _ = changed(SITE, old, new)
    assert [problem.path for problem in problems(text, LEVELS)] == [path]


def test_the_example_of_the_contracts_says_what_it_means() -> None:
    site = load_site(SITE)
    assert (site.id, site.name, site.timezone) == ("hubin", Words("湖滨", "Hubin"), "Asia/Shanghai")
    assert (site.time.step_ms, site.time.reorder_ms, site.time.grace_ms) == (1_000, 1_000, 5_000)
    assert (site.time.lateness_ms, site.time.skew_ms) == (600_000, 30_000)
    gate, turnstile, camera = site.sensors
    assert gate.line == Line("outside", "fountain", 8.0) and gate.zone is None and gate.kind == "interval"
    assert (turnstile.kind, turnstile.every_ms, turnstile.share) == ("cumulative", 60_000, 0.01)
    assert camera.zone == "fountain" and camera.line is None and camera.share == 0.08
    assert (site.barriers[0].deploy_takes_ms, site.barriers[0].zones) == (600_000, ("fountain",))
    zone = site.blocks[0].zones[0]
    assert (zone.grid, zone.area_m2, zone.capacity, len(zone.polygon)) == ("330102003001", 6000.0, 12000, 4)


def test_the_smallest_site_gets_every_default() -> None:
    site = load_site("site: a\ntimezone: UTC\nblocks: [{id: b, zones: [{id: z}]}]\n")
    assert site.time.step_ms == 1_000 and site.time.lateness_ms == 600_000
    assert site.name == Words("a", "a") and site.zones["z"].name == Words("z", "z")
    assert (site.sensors, site.barriers, site.offices) == ((), (), ())


def test_sections_of_which_every_line_is_commented_out_are_empty() -> None:
    site = load_site(
        "site: a\ntimezone: UTC\ntime:\noffices:\nsensors:\nbarriers:\nblocks: [{id: b, zones: [{id: z}]}]"
    )
    assert site.sensors == ()


def test_a_sensor_that_states_no_error_gets_the_usual_one() -> None:
    site = load_site(SITE.replace(", miscount: 3%", "").replace(", error: 8%", ""))
    assert [sensor.share for sensor in site.sensors] == [0.05, 0.01, 0.1]


def test_ids_may_be_chinese_numbers_or_have_slashes() -> None:
    text = SITE.replace("gate-north", "A002/R051/02-00-00").replace("cam-1", "4").replace("fountain", "音乐喷泉")
    assert [sensor.id for sensor in load_site(text).sensors] == ["A002/R051/02-00-00", "turnstile-4", "4"]


def test_the_first_corner_of_a_polygon_may_be_said_again_at_its_end() -> None:
    assert len(load_site(SITE.replace("30.2549]]", "30.2549], [120.1561, 30.2561]]")).zones["fountain"].polygon) == 5


@pytest.mark.parametrize("missing", ["site", "timezone", "blocks"])
def test_what_must_be_there_is_asked_for_at_the_top(missing: str) -> None:
    text = "\n".join(
        line for line in ("site: a", "timezone: UTC", "blocks: [{id: b, zones: [{id: z}]}]") if missing not in line
    )
    assert told(problems(text, LEVELS)) == [(1, 1, "", f"{missing} is missing")]


def test_a_sensor_without_a_place_or_with_two_is_refused() -> None:
    nowhere = problems(SITE.replace("area: {zone: fountain}, ", ""))
    assert [problem.what.en for problem in nowhere] == ["the sensor stands nowhere"]
    twice = problems(SITE.replace(f"line: {LINE}", f"area: {{zone: fountain}}, line: {LINE}"))
    assert [problem.what.en for problem in twice] == ["the sensor has both line and area"]


def test_where_there_are_offices_one_answers_for_every_zone() -> None:
    found = problems(SITE.replace("        office: hubin-street\n", ""))
    assert told(found) == [
        (12, 9, "blocks[0].zones[0]", "no office answers for the zone fountain, so nobody would be told")
    ]
    bare = "site: a\ntimezone: UTC\nblocks: [{id: b, zones: [{id: z}]}]\n"
    assert problems(bare, LEVELS) == ()


def test_the_longest_known_prefix_of_the_grid_code_names_the_office() -> None:
    text = SITE.replace("        office: hubin-street\n", "")
    text = text.replace("tier: street,", 'tier: street, grid: "330102003",').replace(
        "tier: city", "tier: city, grid: 33"
    )
    chain = load(text, THRESHOLDS).offices_for("fountain")
    assert [office.id for office in chain] == ["hubin-street", "shangcheng", "hangzhou"]
    assert [office.tier for office in chain] == ["street", "district", "city"]
    shorter = text.replace('"330102003"', '"330106"')
    assert [office.id for office in load(shorter, THRESHOLDS).offices_for("fountain")] == ["hangzhou"]


def test_a_block_has_one_to_sixty_four_zones() -> None:
    zones = ", ".join(f"{{id: z{number}}}" for number in range(65))
    text = "site: a\ntimezone: UTC\nblocks: [{id: b, zones: [" + zones + "]}]\n"
    assert [problem.what.en for problem in problems(text, LEVELS)] == ["the block has 65 zones"]
    assert problems(text.replace(", {id: z64}", ""), LEVELS) == ()


def test_no_zone_may_be_called_outside() -> None:
    text = SITE.replace("      - id: fountain\n", "      - {id: outside, office: hubin-street}\n      - id: fountain\n")
    assert told(problems(text)) == [
        (12, 14, "blocks[0].zones[0].id", "outside is reserved: it means everything that is no zone")
    ]


def test_a_grid_code_stands_for_one_zone_only() -> None:
    road = '      - {id: road, grid: "330102003001", office: hubin-street}\n'
    text = SITE.replace("      - id: fountain\n", road + "      - id: fountain\n")
    assert told(problems(text))[0][3] == "the zone's grid code 330102003001 is used twice, first in line 12"


def test_everything_wrong_is_told_at_once_in_the_order_of_the_files() -> None:
    site = SITE.replace("area_m2: 6000", "area_m2: x").replace("step: 1s", "step: x").replace("to: fountain", "to: x")
    thresholds = THRESHOLDS.replace("60s", "x").replace("deploy: auto", "deploy: x").replace("north-barrier:", "south:")
    found = problems(site, thresholds)
    places = [(problem.file, problem.line, problem.column) for problem in found]
    assert places == sorted(places)
    assert [(file, line) for file, line, _ in places] == [
        ("site.yaml", 4), ("site.yaml", 15), ("site.yaml", 20), ("site.yaml", 21),
        ("thresholds.yaml", 1), ("thresholds.yaml", 13), ("thresholds.yaml", 13),
    ]  # fmt: skip


def test_a_problem_is_one_line_that_names_place_path_mistake_and_remedy() -> None:
    with pytest.raises(PolicyErrors) as caught:
        load_site(SITE.replace("area_m2", "area"), "hubin.yaml")
    (problem,) = caught.value.problems
    english = "hubin.yaml:15:9: blocks[0].zones[0].area: there is no key area: did you mean area_m2?"
    assert render(problem, "en") == str(caught.value) == english
    assert render(problem, "zh") == "hubin.yaml:15:9: blocks[0].zones[0].area: 没有 area 这个键: 是否想写 area_m2？"


def test_a_key_that_is_misspelt_is_not_also_called_missing() -> None:
    found = problems(SITE.replace("timezone:", "timezon:"))
    assert [problem.what.en for problem in found] == ["there is no key timezon"]
