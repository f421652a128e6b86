// Every word of the page in both languages; the keys of the two catalogues are the same.

export const CATALOGUES = {
  en: {
    skip: "Skip to the zones",
    subtitle: "Crowd watch",
    people_in_all: "People in all",
    highest_level: "Highest level",
    data_clock: "Data clock",
    zones: "Zones",
    plan: "Plan",
    barriers: "Barriers",
    alerts: "Last alerts",
    levels_note: "Levels: normal, III, II, I. Level I is the highest.",
    revision: "Revision",
    live: "Live",
    connecting: "Connecting…",
    not_live: "NOT LIVE",
    lost: "The connection to the server is lost. The figures below are {age} old. Trying again…",
    never: "The server does not answer. There are no figures yet. Trying again…",
    away: "Kafka does not answer. The figures below are not being renewed.",
    reading: "The picture is being read from Kafka and is not complete yet.",
    silent: "No zone has sent a figure for {age}. The figures below are old.",
    normal: "Normal",
    III: "Level III",
    II: "Level II",
    I: "Level I · highest",
    short_normal: "normal",
    short_III: "level III",
    short_II: "level II",
    short_I: "level I",
    comma: ", ",
    good: "Good data",
    degraded: "Degraded: part of the expected sensors are silent",
    blind: "Blind: no trustworthy data, level held",
    good_short: "good",
    degraded_short: "degraded",
    blind_short: "blind",
    people: "people",
    band: "Lower – upper",
    rolling: "Rolling",
    density: "per m²",
    of_capacity: "of {capacity}",
    no_capacity: "no capacity set",
    since: "since {time}",
    no_figure: "No figure yet",
    stale: "Stale: {age} old",
    ago: "{age} ago",
    just_now: "just now",
    age_unknown: "age unknown",
    clearing: "Lowers in {time}",
    ago_30: "−30 min",
    now: "now",
    trend_text: "Rolling occupancy of the last 30 minutes, from {from} to {to}; now {now}",
    not_in_site: "not in site.yaml",
    stale_share: "{count} of {all} zones not current",
    lifted: "Lifted",
    wanted: "Wanted",
    accepted: "Accepted by the crew",
    deploying: "Deploying",
    deployed: "Deployed",
    lift_proposed: "Lift proposed: waits for approval",
    lift_approved: "Lift approved",
    lifting: "Lifting",
    failed: "Failed",
    unknown: "Unknown",
    step: "Step {step} of 8",
    serves: "Serves {zones}",
    deploys_at: "Deploys at {level}",
    due: "due {time}",
    no_barriers: "This site has no barriers.",
    no_alerts: "No alert so far.",
    no_barrier_state: "Nothing heard yet",
    raised: "{zone}: {level}. {reason}",
    from_to: "from {from} to {to}",
    figures: "rolling {rolling}, limit {limit}",
    figures_upper: "rolling {rolling}, upper bound {upper}, limit {limit}",
    overdue: "overdue",
    north: "N",
    raise_held: "At or above the limit for the whole wait",
    clear_held: "Upper bound below the limit, with good data, for the whole wait",
    raise_ordered: "A person ordered the level up",
    lower_ordered: "A supervisor ordered the level down",
    sensors_silent: "Expected sensors are silent",
    sensors_doubted: "Sensors cannot be believed",
    sensors_back: "Every expected sensor reports again",
    unseen_too_long: "Not to be trusted for too long: a person has to look",
    zone_at_level: "A zone served is at or above the level",
    rose_while_lifting: "A zone rose again before the barrier was lifted",
    proven_clear: "Every zone served is clear, with good data, for the whole hold",
    proven_and_approved: "Proven clear, and approved by a person",
    approved: "Approved by a person",
    person_ordered: "Ordered by a person",
    field_reported: "Reported by the field",
    crew_silent: "The crew has not answered in time",
    field_failed: "The field reports that it cannot be done",
    evidence_lost: "The evidence to lift is no longer there",
    lift_overdue: "A lift that is due has not happened",
  },
  zh: {
    skip: "跳到区域",
    subtitle: "客流监测预警",
    people_in_all: "总人数",
    highest_level: "最高级别",
    data_clock: "数据时间",
    zones: "区域",
    plan: "平面图",
    barriers: "硬隔离",
    alerts: "最近告警",
    levels_note: "级别由低到高：正常、三级、二级、一级。一级最高。",
    revision: "策略版本",
    live: "实时",
    connecting: "正在连接…",
    not_live: "非实时",
    lost: "与服务器的连接已中断，下列数据已是{age}前的。正在重连…",
    never: "服务器没有应答，尚无数据。正在重连…",
    away: "Kafka 没有应答，下列数据不再更新。",
    reading: "正在从 Kafka 读取全貌，画面尚不完整。",
    silent: "已有{age}没有任何区域上报，下列数据已过时。",
    normal: "正常",
    III: "三级",
    II: "二级",
    I: "一级 · 最高",
    short_normal: "正常",
    short_III: "三级",
    short_II: "二级",
    short_I: "一级",
    comma: "、",
    good: "数据良好",
    degraded: "数据降质：部分应上报的传感器无数据",
    blind: "失明：没有可信数据，级别保持不变",
    good_short: "良好",
    degraded_short: "降质",
    blind_short: "失明",
    people: "人",
    band: "下限 – 上限",
    rolling: "滚动均值",
    density: "人/m²",
    of_capacity: "承载量 {capacity}",
    no_capacity: "未设承载量",
    since: "自 {time}",
    no_figure: "尚无数据",
    stale: "已过时：{age}前",
    ago: "{age}前",
    just_now: "刚刚",
    age_unknown: "时效不明",
    clearing: "{time} 后降级",
    ago_30: "−30 分钟",
    now: "现在",
    trend_text: "最近 30 分钟滚动人数，自 {from} 至 {to}，现为 {now}",
    not_in_site: "site.yaml 中没有",
    stale_share: "{all} 个区域中 {count} 个数据不新",
    lifted: "已撤除",
    wanted: "要求布设",
    accepted: "已受理",
    deploying: "布设中",
    deployed: "已布设",
    lift_proposed: "建议撤除：等待批准",
    lift_approved: "已批准撤除",
    lifting: "撤除中",
    failed: "失败",
    unknown: "状态不明",
    step: "第 {step} 步，共 8 步",
    serves: "服务于 {zones}",
    deploys_at: "达到{level}时布设",
    due: "期限 {time}",
    no_barriers: "本场所没有硬隔离。",
    no_alerts: "尚无告警。",
    no_barrier_state: "尚无消息",
    raised: "{zone}：{level}。{reason}",
    from_to: "由{from}变为{to}",
    figures: "滚动均值 {rolling}，限值 {limit}",
    figures_upper: "滚动均值 {rolling}，上限 {upper}，限值 {limit}",
    overdue: "已逾期",
    north: "北",
    raise_held: "在规定时长内一直达到或超过限值",
    clear_held: "在规定时长内上限一直低于限值且数据良好",
    raise_ordered: "由人工下令升级",
    lower_ordered: "由主管下令降级",
    sensors_silent: "应上报的传感器无数据",
    sensors_doubted: "传感器读数不可信",
    sensors_back: "应上报的传感器均已恢复",
    unseen_too_long: "数据长时间不可信，需派人现场查看",
    zone_at_level: "所服务的区域达到或超过该级别",
    rose_while_lifting: "撤除完成前，区域再次升级",
    proven_clear: "所服务的区域均已解除且数据良好，并持续满规定时长",
    proven_and_approved: "已证实解除，并经人工批准",
    approved: "经人工批准",
    person_ordered: "人工下令",
    field_reported: "现场上报",
    crew_silent: "处置人员未按时应答",
    field_failed: "现场报告无法完成",
    evidence_lost: "撤除的依据已不成立",
    lift_overdue: "应撤除而未撤除",
  },
};

const KEPT = "tidegate.lang";
let language = chosen();

function chosen() {
  const kept = recall();
  if (kept in CATALOGUES) return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function recall() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** The language of the page now: `zh` or `en`. */
export const lang = () => language;

/** The language as the web names it. */
export const locale = () => (language === "zh" ? "zh-CN" : "en-GB");

/** Change the language and remember it in this browser. */
export function speak(wanted) {
  language = wanted;
  try {
    localStorage.setItem(KEPT, wanted);
  } catch {
    // A browser that keeps nothing still shows the page in the language that was asked for.
  }
}

/** A text of the catalogue with its blanks filled; a key that is not there is shown as it is. */
export function say(key, blanks = {}) {
  const text = CATALOGUES[language][key] ?? String(key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => blanks[name] ?? whole);
}

/** A name of the site in the language of the page. */
export const named = (name, id) => name?.[language] || name?.zh || name?.en || id;
