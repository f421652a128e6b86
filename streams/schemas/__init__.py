"""Every message that is not a frame: its model, its words, and how an instant and an id are written.

The JSON Schemas in docs/schemas are generated from the models here.  Decisions are rendered as plain dictionaries for
speed; a test holds them against the models.
"""

from streams.schemas.barriers import (
    BARRIER_INPUT,
    BarrierAlert,
    BarrierAnswer,
    BarrierState,
    Command,
    Order,
    Report,
    Standing,
)
from streams.schemas.incidents import (
    INCIDENT_INPUT,
    Incident,
    IncidentAnswer,
    IncidentStep,
    IncidentStepName,
    OfficeKpi,
    Opening,
    StepDone,
    Tally,
)
from streams.schemas.offices import (
    OFFICE_INPUT,
    Acknowledgement,
    Notice,
    NoticeWord,
    Outcome,
    Receipt,
    Sending,
)
from streams.schemas.words import (
    EPOCH,
    IDS,
    INSTANT_MAX_MS,
    LEVELS,
    PEOPLE_MAX,
    QUALITIES,
    Change,
    Instant,
    LevelName,
    Milliseconds,
    Model,
    Position,
    QualityName,
    Trouble,
    Words,
    identity,
    instant,
    milliseconds,
    said,
)
from streams.schemas.zones import (
    Alert,
    CountOrder,
    SensorAlert,
    Signed,
    Tick,
    ViolationAlert,
    ZoneAlarm,
    ZoneAnswer,
    ZoneCount,
    ZoneOrder,
    ZoneState,
)

PUBLISHED: tuple[type[Model], ...] = (
    Tick, CountOrder, ZoneOrder, Standing, Report, Order, Alert, SensorAlert, ViolationAlert, ZoneState, ZoneCount,
    ZoneAnswer, ZoneAlarm, Command, BarrierState, BarrierAlert, BarrierAnswer, Notice, NoticeWord, Outcome,
    Acknowledgement, Sending, Receipt, Opening, IncidentStep, Tally, Incident, IncidentAnswer, OfficeKpi,
)  # fmt: skip

__all__ = [
    "BARRIER_INPUT", "EPOCH", "IDS", "INCIDENT_INPUT", "INSTANT_MAX_MS", "LEVELS", "OFFICE_INPUT", "PEOPLE_MAX",
    "PUBLISHED", "QUALITIES", "Acknowledgement", "Alert", "BarrierAlert", "BarrierAnswer", "BarrierState", "Change",
    "Command", "CountOrder", "Incident", "IncidentAnswer", "IncidentStep", "IncidentStepName", "Instant",
    "LevelName", "Milliseconds", "Model", "Notice", "NoticeWord", "OfficeKpi", "Opening", "Order", "Outcome",
    "Position", "QualityName", "Receipt", "Report", "Sending", "SensorAlert", "Signed", "Standing", "StepDone",
    "Tally", "Tick", "Trouble", "ViolationAlert", "Words", "ZoneAlarm", "ZoneAnswer", "ZoneCount", "ZoneOrder",
    "ZoneState", "identity", "instant", "milliseconds", "said",
]  # fmt: skip
