"""Sentences about how something is written: YAML, keys, amounts, times.  (zh, en), each (what, what to do)."""

Said = tuple[str, str]

DURATIONS_ZH, DURATIONS_EN = "写成 500ms、10s、5min、2h 或 1d", "write 500ms, 10s, 5min, 2h or 1d"

WRITING: dict[str, tuple[Said, Said]] = {
    "syntax": (
        ("YAML 语法有误（{problem}）", "检查此处及上一行的缩进、引号和括号"),
        ("the YAML cannot be read ({problem})", "check indentation, quotes and brackets here and on the line above"),
    ),
    "syntax_colon": (
        ("此处不应再出现“: ”", "检查缩进；值里含有冒号时请加引号"),
        ("a second ': ' is not expected here", "check the indentation; put a value that has a colon in quotes"),
    ),
    "syntax_tab": (
        ("此处有制表符", "YAML 只用空格缩进，请把制表符换成空格"),
        ("there is a tab character here", "YAML is indented with spaces only: replace the tab"),
    ),
    "syntax_end": (
        ("文件结束时还有引号或括号没有闭合", "补上缺少的引号或括号"),
        ("the file ends inside a quote or bracket", "close the quote or bracket that is still open"),
    ),
    "character": (
        ("此处有不可用的字符", "删除该字符，并将文件存为 UTF-8"),
        ("there is a character here that no YAML file may have", "delete it, and save the file as UTF-8"),
    ),
    "empty_file": (
        ("文件没有内容", "按 docs/thresholds.md 的示例填写"),
        ("the file has no content", "write it after the example in docs/thresholds.md"),
    ),
    "several_documents": (
        ("文件里有第二个 YAML 文档", "只保留一个文档，删除“---”分隔行"),
        ("a second YAML document begins here", "keep one document and delete the line '---'"),
    ),
    "too_deep": (
        ("嵌套过深", "按 docs/thresholds.md 的结构书写"),
        ("this is nested too deeply", "follow the structure in docs/thresholds.md"),
    ),
    "unknown_alias": (
        ("引用 *{name} 前面没有对应的 &{name}", "先用 &{name} 标出被引用的内容，或把内容直接写出"),
        ("the alias *{name} refers to nothing above it", "mark the part as &{name} above, or write it out here"),
    ),
    "merge_key": (
        ("不支持合并键“<<”", "把各键逐一写出"),
        ("the merge key '<<' is not supported", "write the keys out"),
    ),
    "key_not_text": (
        ("键必须是文字", "键写成一个词，如 fountain"),
        ("a key must be a text", "write one word as the key, such as fountain"),
    ),
    "duplicate_key": (
        ("键 {key} 重复，第 {first} 行已有", "只保留一处"),
        ("the key {key} is given twice, first in line {first}", "keep one of them"),
    ),
    "unknown_key": (
        ("没有 {key} 这个键", "可用的键：{known}"),
        ("there is no key {key}", "use one of: {known}"),
    ),
    "unknown_key_near": (
        ("没有 {key} 这个键", "是否想写 {near}？"),
        ("there is no key {key}", "did you mean {near}?"),
    ),
    "missing_key": (
        ("缺少 {key}", "补上 {key}"),
        ("{key} is missing", "add {key}"),
    ),
    "empty": (
        ("没有填写值", "填写一个值，或删除这个键"),
        ("there is no value", "give a value, or delete the key"),
    ),
    "empty_list": (
        ("列表是空的", "至少写一项"),
        ("the list is empty", "give at least one entry"),
    ),
    "not_mapping": (
        ("这里应是一组键值，而写的是 {found}", "写成“键: 值”，可用的键：{known}"),
        ("a mapping is expected here, not {found}", "write 'key: value' with keys from: {known}"),
    ),
    "not_named": (
        ("这里应是以名称为键的一组内容，而写的是 {found}", "写成“名称: 内容”"),
        ("a mapping by name is expected here, not {found}", "write 'name: …' for each"),
    ),
    "not_list": (
        ("这里应是列表，而写的是 {found}", "写成 [甲, 乙]，或每行以“- ”开头"),
        ("a list is expected here, not {found}", "write [a, b], or begin each line with '- '"),
    ),
    "not_text": (
        ("这里应是一个值，而写的是 {found}", "只写一个值，不用列表或键值"),
        ("a single value is expected here, not {found}", "write one value, no list and no mapping"),
    ),
    "boolean": (
        ("{found} 是真假值，不是文字", "若确为文字，请加引号：'{found}'"),
        ("{found} is a yes-or-no value, not a text", "put it in quotes if it is meant as a text: '{found}'"),
    ),
    "bad_id": (
        ("“{found}”含换行、首尾空格或不可见字符，或超过 {longest} 个字符", "写成一行简短的文字"),
        (
            "'{found}' has line breaks, outer spaces or invisible characters, or is longer than {longest}",
            "write a short text on one line",
        ),
    ),
    "not_choice": (
        ("{found} 不在可选值之中", "可选：{known}{hint}"),
        ("{found} is not one of the values", "use one of: {known}{hint}"),
    ),
    "full_width": (
        ("“{found}”含全角字符", "写成半角：{better}"),
        ("'{found}' has full-width characters", "write {better}"),
    ),
    "not_duration": (
        ("“{found}”不是时长", DURATIONS_ZH),
        ("'{found}' is not a duration", DURATIONS_EN),
    ),
    "duration_too_long": (
        ("时长 {found} 过长", "最长 366d"),
        ("the duration {found} is too long", "use 366d at most"),
    ),
    "duration_zero": (
        ("时长不能为零", DURATIONS_ZH),
        ("the duration cannot be zero", DURATIONS_EN),
    ),
    "not_share": (
        ("“{found}”不是百分比", "写成如 3%"),
        ("'{found}' is not a share", "write it as 3%"),
    ),
    "share_zero": (
        ("占比不能为零", "填大于 0%、不超过 100% 的值"),
        ("the share cannot be zero", "write more than 0% and up to 100%"),
    ),
    "share_above_one": (
        ("{found} 超过 100%", "填不超过 100% 的值"),
        ("{found} is more than 100%", "write at most 100%"),
    ),
    "not_amount": (
        ("“{found}”不是人数、容量占比或密度", "写成 7000、60% 或 2 people/m2"),
        ("'{found}' is no number of people, share of capacity or density", "write 7000, 60% or 2 people/m2"),
    ),
    "not_whole": (
        ("“{found}”不是整数", "只写数字，如 12000（不加逗号和单位）"),
        ("'{found}' is not a whole number", "write digits only, such as 12000, without commas or units"),
    ),
    "not_number": (
        ("“{found}”不是数字", "只写数字，如 6000 或 120.1561"),
        ("'{found}' is not a number", "write digits only, such as 6000 or 120.1561"),
    ),
    "out_of_range": (
        ("{found} 超出范围", "取值：{least} 至 {most}"),
        ("{found} is out of range", "use a value from {least} to {most}"),
    ),
    "not_dates": (
        ("“{found}”不是日期", "写成 2026-10-01，或首尾两天 2026-10-01/2026-10-07"),
        ("'{found}' is not a date", "write 2026-10-01, or first and last day as 2026-10-01/2026-10-07"),
    ),
    "dates_backwards": (
        ("{found} 的末日早于首日", "把两个日期对调"),
        ("{found} ends before it begins", "put the earlier date first"),
    ),
    "not_times": (
        ("“{found}”不是时间段", '写成 "18:30/21:30"；可跨午夜，到当日结束写 24:00'),
        ("'{found}' is not a span of time", 'write "18:30/21:30"; it may pass midnight, and 24:00 ends the day'),
    ),
    "weekday_written": (
        ("星期写作“{found}”不能识别", "写成 {near}"),
        ("the weekday is written as '{found}'", "write {near}"),
    ),
    "not_weekday": (
        ("“{found}”不是星期", "可选：{known}"),
        ("'{found}' is not a weekday", "use one of: {known}"),
    ),
}
