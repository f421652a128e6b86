"""What the page says, in both languages."""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("传感器报告", "Sensor report"),
    "lead": (
        "{site}，{begin} 至 {end}（{timezone} 时间）。录制文件 {recording}，{readings} 条读数。",
        "{site}, {begin} to {end}, local time ({timezone}). Recording {recording}, {readings} readings.",
    ),
    "how": ("怎样看图", "How to read the plots"),
    "estimate": ("估计人数", "Estimate"),
    "estimate_is": ("系统据以判定的人数", "the people that Tidegate decides by"),
    "band": ("误差带", "Error band"),
    "band_is": ("真实人数应在其中", "where the true number is meant to lie"),
    "raw": ("进减出", "In minus out"),
    "raw_is": ("从首次实测起只凭闸口累加、从不校正", "the gates alone, from the first count on, never corrected"),
    "counts": ("实测人数", "Absolute counts"),
    "counts_is": ("区域传感器原样上报", "what area sensors said, as it came"),
    "doubted": ("数据存疑", "Data in doubt"),
    "doubted_is": (
        "这段时间里降级（浅）或失明（深）的时长比例",
        "the share of the time in which sensors were missing: some (light) or all (dark)",
    ),
    "trouble": ("传感器故障", "Sensor in trouble"),
    "trouble_is": ("从开始到恢复", "from its beginning to its end"),
    "wrong": ("哪些传感器有问题", "What was wrong"),
    "nothing_wrong": (
        "录制期间没有传感器出现故障（短暂无上报除外）。",
        "No sensor was in trouble in this period, short silences aside.",
    ),
    "only_silent": (
        "{count} 个传感器只是有时没有上报。",
        "{count} sensors did nothing worse than to be silent at times.",
    ),
    "more_wrong": ("全部见 tidegate sensors --json。", "(tidegate sensors --json lists all)"),
    "alike": ("{count} 个传感器", "{count} sensors"),
    "spell": ("{begin} 起，至 {end}", "from {begin} to {end}"),
    "lasting": ("{begin} 起，至录制结束仍未恢复", "from {begin}, still so at the end"),
    "times": ("共 {count} 次", "{count} times in all"),
    "figures": ("，读数 {figures}", ", at {figures}"),
    "zones": ("各区域人数", "People in each zone"),
    "zone_facts": (
        "最高 {most} 人；结束时 {people} 人（{lower} 至 {upper}）",
        "At most {most} people; at the end {people} ({lower} to {upper})",
    ),
    "raw_fact": ("，而进减出为 {raw}", ", where in minus out says {raw}"),
    "gates": ("各闸口学到的偏差", "What was learnt of each gate"),
    "gates_are": (
        "正值：多计了进入的人（或少计了离开的人）。深线为学到的偏差，浅带为其误差，虚线为 site.yaml 所写的误差。",
        "Above zero, it counts too many people in (or too few out). The line is the bias learnt, the band how far "
        "that may be off; dashed is the miscount that site.yaml states.",
    ),
    "gate_facts": (
        "结束时 {bias} ± {error}，相当于每小时 {drift} 人",
        "At the end {bias} ± {error}, which makes {drift} people an hour",
    ),
    "exact": (
        "{count} 个闸口在 site.yaml 中写明计数无误差，无偏差可学：{names}",
        "{count} gates are stated to be exact (miscount 0%), so there is no bias to learn: {names}",
    ),
    "no_gates": ("该场地没有闸口传感器。", "This site has no sensors at gates."),
    "left_out": (
        "为便于打开，未画出其余 {count} 个；见 tidegate sensors --json。",
        "{count} more are not drawn, so that the page stays light; tidegate sensors --json has their figures.",
    ),
    "empty": ("录制文件里没有该区域的读数。", "The recording has no reading of this zone."),
    "outside": ("外面", "outside"),
    "from_to": ("{source} → {target}", "{source} → {target}"),
    "people": ("人数", "people"),
    "day": ("当日最低至最高", "the day, lowest to highest"),
    "mean": ("当日均值", "the day's mean"),
    "bias": ("偏差", "bias"),
    "error": ("误差", "error"),
    "stated": ("标称误差", "stated miscount"),
    "degraded": ("降级", "some missing"),
    "blind": ("失明", "all missing"),
    "grain": (
        "每 {every} 取一点；每段保留最低与最高值。拖动可放大，双击还原。",
        "One look every {every}; of each stretch the lowest and the highest are kept. Drag to zoom, double-click to "
        "go back.",
    ),
    "daily": (
        "录制较长：深色块为估计人数当日最低至最高，线为有读数时的均值。",
        "The period is long: the dark area is each day's estimate from its lowest to its highest, the line its mean "
        "while readings came.",
    ),
    "site_only": (
        "图中裁去了远高于人数的部分（例如闸口长时间沉默时的上界）。",
        "What lies far above the people is cut off, such as the upper bound while a gate is silent for long.",
    ),
    "silent": ("无上报", "silent"),
    "stuck": ("卡死", "stuck"),
    "out_of_range": ("超出范围", "out of range"),
    "rate": ("通过过快", "too fast"),
    "reset": ("归零", "reset"),
    "backwards": ("倒走", "counts down"),
    "clock": ("时钟不准", "clock wrong"),
    "disagreeing": ("相互矛盾", "disagreeing"),
    "turned": ("装反", "turned around"),
}


def word(lang: str, key: str, **facts: object) -> str:
    """A text of the page in a language, with its facts."""
    return TEXTS[key][0 if lang == "zh" else 1].format(**facts)
