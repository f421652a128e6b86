"""Sentences about what a file means: names, places, levels, the calendar.  (zh, en), each (what, what to do)."""

Said = tuple[str, str]

MEANING: dict[str, tuple[Said, Said]] = {
    "reserved_id": (
        ("{found} 是保留名，表示场所之外", "给区域另取一个 id"),
        ("{found} is reserved: it means everything that is no zone", "give the zone another id"),
    ),
    "id_twice": (
        ("{kind} {found} 重复，第 {first} 行已用", "换一个不重复的"),
        ("the {kind} {found} is used twice, first in line {first}", "choose another one"),
    ),
    "unknown_name": (
        ("场所中没有{kind} {found}", "可用：{known}"),
        ("the site has no {kind} {found}", "use one of: {known}"),
    ),
    "unknown_name_near": (
        ("场所中没有{kind} {found}", "是否想写 {near}？"),
        ("the site has no {kind} {found}", "did you mean {near}?"),
    ),
    "listed_twice": (
        ("{found} 列了两次", "删除其中一个"),
        ("{found} is listed twice", "delete one of them"),
    ),
    "unknown_timezone": (
        ("没有时区 {found}", "写成 IANA 时区名，如 {near}"),
        ("there is no time zone {found}", "write an IANA name, such as {near}"),
    ),
    "step_uneven": (
        ("一天不能等分为 {found} 的步长", "取能整除一天的步长，如 1s、5s 或 1min"),
        ("a day is not a whole number of steps of {found}", "use a step that divides a day, such as 1s, 5s or 1min"),
    ),
    "parent_tier": (
        (
            "上级 {found}（{tier}）并不高于 {child}（{below}）",
            "parent 填更高一级的机构；顺序为 city、district、street、community",
        ),
        (
            "the parent {found} ({tier}) is not above {child} ({below})",
            "name an office of a wider tier; the order is city, district, street, community",
        ),
    ),
    "zone_count": (
        ("街块有 {found} 个区域", "每个街块 1 至 {most} 个区域"),
        ("the block has {found} zones", "give a block 1 to {most} zones"),
    ),
    "not_point": (
        ("{found} 不是一个坐标点", "写成 [经度, 纬度]，如 [120.1561, 30.2561]"),
        ("{found} is not a point", "write [longitude, latitude], such as [120.1561, 30.2561]"),
    ),
    "polygon_points": (
        ("多边形只有 {found} 个不同的点", "至少三个点"),
        ("the polygon has {found} different points", "give at least three"),
    ),
    "polygon_flat": (
        ("多边形的点在一条直线上，没有围出面积", "按边界顺序写各角点"),
        ("the polygon encloses nothing: its points lie on a line", "give its corners in order along the edge"),
    ),
    "zone_without_office": (
        ("区域 {zone} 没有归属机构，有情况时无人可通知", "补上 office，或为机构写 grid 前缀"),
        ("no office answers for the zone {zone}, so nobody would be told", "add office, or a grid prefix to an office"),
    ),
    "line_and_area": (
        ("传感器同时写了 line 和 area", "只保留一个"),
        ("the sensor has both line and area", "keep one of them"),
    ),
    "no_line_no_area": (
        ("传感器没有位置", "补上 line（计数线）或 area（区域）"),
        ("the sensor stands nowhere", "add line (a counting line) or area (a zone)"),
    ),
    "state_on_line": (
        ("state 是区域内的现有人数，计数线上没有", "改为 interval、cumulative 或 event，或改用 area"),
        ("state is the number of heads in an area; a line has none", "use interval, cumulative or event, or area"),
    ),
    "flow_in_area": (
        ("{found} 是过线人数，区域传感器没有", "改为 state，或改用 line"),
        ("{found} counts crossings of a line; an area has none", "use state, or line"),
    ),
    "same_ends": (
        ("计数线两端都是 {found}", "两端写不同的区域，或其中一端写 outside"),
        ("both ends of the line are {found}", "name two different zones, or outside for one end"),
    ),
    "error_of_the_other": (
        ("这种传感器不用 {found}", "改为 {better}"),
        ("this kind of sensor has no {found}", "use {better}"),
    ),
    "window_steps": (
        ("window {window} 不是步长 {step} 的整数倍", "取步长的整数倍"),
        ("a window of {window} is not a whole number of steps of {step}", "use a multiple of the step"),
    ),
    "window_long": (
        ("步长为 {step} 时 window {window} 过长", "最长 {longest}，或在 site.yaml 中加大步长"),
        (
            "a window of {window} is too long for a step of {step}",
            "use {longest} at most, or a longer step in site.yaml",
        ),
    ),
    "share_without_capacity": (
        ("{found} 是容量占比，而 {zones} 没有 capacity", "在 site.yaml 中补上 capacity，或直接写人数"),
        ("{found} is a share of the capacity, which {zones} lacks", "add capacity in site.yaml, or write people"),
    ),
    "density_without_area": (
        ("{found} 是密度，而 {zones} 没有 area_m2", "在 site.yaml 中补上 area_m2，或直接写人数"),
        ("{found} is a density, and {zones} has no area_m2", "add area_m2 in site.yaml, or write people"),
    ),
    "clear_not_below": (
        ("{zones} 的 {level} 级{when}：clear {low} 不低于 raise {high}", "把 clear 调低，或把 raise 调高"),
        (
            "level {level} of {zones}{when}: clear {low} is not below raise {high}",
            "make clear smaller, or raise larger",
        ),
    ),
    "levels_not_rising": (
        (
            "{zones}{when}：{level} 级的 {key} {high} 不高于 {lower_level} 级的 {low}",
            "{key} 须 III < II < I（I 级最高）",
        ),
        (
            "{zones}{when}: {key} of level {level}, {high}, is not above that of level {lower_level}, {low}",
            "{key} must grow from III to II to I, the highest",
        ),
    ),
    "tiers_fewer": (
        ("{level} 级没有通知 {missing}，而较低的 {lower} 级却通知", "把 {missing} 也写进 {level}"),
        ("level {level} does not tell {missing}, which the lower level {lower} does", "add {missing} to {level}"),
    ),
    "quiet_level": (
        ("静默时段不能用于 {level} 级：{level} 级通知随时发出", "删除 {level}；静默时段只用于 III 级"),
        ("quiet hours cannot apply to level {level}: it is told at any hour", "delete {level}; only III may wait"),
    ),
    "quiet_always": (
        ("静默时段占满全天，III 级通知永远不会发出", "留出可以通知的时间"),
        ("the quiet hours cover the whole day, so level III would never be told", "leave time in which it may be told"),
    ),
    "text_length": (
        ("模板有 {found} 个字符，或含不可见字符", "写 1 至 {longest} 个字符的文字"),
        ("the text has {found} characters, or invisible ones", "write 1 to {longest} characters"),
    ),
    "text_braces": (
        ("花括号不成对", "字段写成 {{zone}}；文字中的花括号写两遍"),
        ("a brace has no partner", "write a field as {{zone}}, and a brace that is meant as such twice"),
    ),
    "text_field": (
        ("没有字段 {field}", "可用：{known}{hint}"),
        ("there is no field {field}", "use one of: {known}{hint}"),
    ),
    "text_without": (
        ("模板缺少 {field}：通知必须写明区域和级别", "在文字中加上 {field}"),
        ("the text lacks {field}: a notice must name the zone and the level", "add {field} to it"),
    ),
    "barriers_in_calendar": (
        ("日历中不能更改硬隔离", "把 barriers 移到文件顶层"),
        ("a calendar entry cannot change barriers", "move barriers to the top of the file"),
    ),
    "show_not_known": (
        ("尚不支持 {key}（演出及其阶段）", "用 times 写出时间段"),
        ("{key} (a show and its phases) is not yet known", "write the span of time with times"),
    ),
    "when_empty": (
        ("when 没有任何条件", "至少写 dates、weekdays、times 之一"),
        ("when says nothing", "give at least one of dates, weekdays, times"),
    ),
    "entry_changes_nothing": (
        ("日历项 {name} 没有改变任何值", "补上 levels 或 zones，或删除此项"),
        ("the calendar entry {name} changes nothing", "add levels or zones, or delete it"),
    ),
    "entry_never": (
        ("日历项 {name} 永远不会生效", "检查日期与星期是否相符"),
        ("the calendar entry {name} can never apply", "check that its dates have such a weekday"),
    ),
    "many_entries": (
        ("日历项超过 {most} 个", "合并日期相同的项"),
        ("the calendar has more than {most} entries", "join entries: one may have many dates"),
    ),
}
