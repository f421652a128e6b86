"""What can go wrong with the embedded Kafka, said so that a person can mend it."""

from __future__ import annotations

import errno
import re
from enum import Enum
from pathlib import Path

LOG_TAIL_BYTES = 200_000


class Fault(Enum):
    """A kind of trouble: the command's exit status, what is wrong and what to do, in English and in Chinese.

    Exit status 2 is for what the caller gave (port, folder, figures), 3 for what is missing around it.
    """

    SETTING = (
        2,
        ("the broker's settings do not fit", "代理的设置不合适"),
        ("Correct the value named here and start again.", "请改正此处指出的值后重新启动。"),
    )
    PORT_TAKEN = (
        2,
        ("the port is taken by another program", "端口已被其他程序占用"),
        (
            "Give another port, or none: then a free one is chosen and remembered.",
            "请换一个端口；不指定端口时会自动选择空闲端口并记住。",
        ),
    )
    DATA_BUSY = (
        2,
        ("another broker is using this data", "这份数据正被另一个代理使用"),
        ("Stop that one first, or give another folder.", "请先停止那个代理，或者换一个目录。"),
    )
    DATA_UNUSABLE = (
        2,
        ("the broker's data cannot be used", "代理的数据无法使用"),
        (
            "Give another folder, or move this one away: a new one is made at the next start, without the old records.",
            "请换一个目录，或移走此目录：下次启动会新建一个，但不含旧记录。",
        ),
    )
    DISK_FULL = (
        3,
        ("the disk is full", "磁盘已满"),
        (
            "Make room there, or give a folder on another disk, and start again.",
            "请腾出空间或换到另一块磁盘后重新启动。",
        ),
    )
    DOWNLOAD = (
        3,
        ("Apache Kafka could not be downloaded", "无法下载 Apache Kafka"),
        (
            "Check the network and start again; what has arrived is kept. "
            "A mirror is named in jgo's own settings: [repositories] central = URL in ~/.config/jgo.conf.",
            "请检查网络后重试，已下载的部分会保留。"
            "镜像可在 jgo 的设置 ~/.config/jgo.conf 中指定：[repositories] central = URL。",
        ),
    )
    JAR_WRONG = (
        3,
        ("a file of Apache Kafka is not the one that was locked", "Apache Kafka 的一个文件与锁定的不一致"),
        ("It is not run. `make setup` downloads it again.", "该文件不会被运行。请执行 make setup 重新下载。"),
    )
    JAVA_UNUSABLE = (
        3,
        ("the Java runtime cannot be used", "Java 运行时无法使用"),
        (
            "`make setup` installs the right one from the package index; "
            "TIDEGATE_JAVA, if it is set, must name a java of version 17 or later.",
            "请执行 make setup 安装正确的版本；如设置了 TIDEGATE_JAVA，它必须指向 17 或更高版本的 java。",
        ),
    )
    NOT_RUNNING = (
        3,
        ("the broker does not run", "代理没有运行"),
        ("The log named here has the whole story.", "详情见此处所列日志。"),
    )

    def __init__(self, status: int, what: tuple[str, str], todo: tuple[str, str]) -> None:
        self.status = status
        self.what = what
        self.todo = todo


class KafkaError(Exception):
    """What went wrong with the embedded Kafka, where, and what to do: `str()` is one paragraph.

    `status` is the exit status for a command line (2 or 3); `said("zh")` gives the paragraph in Chinese.
    """

    def __init__(self, fault: Fault, where: str, why: str = "") -> None:
        self.fault = fault
        self.where = where
        self.why = " ".join(why.split()).rstrip(".")
        super().__init__(self.said())

    @property
    def status(self) -> int:
        return self.fault.status

    def said(self, lang: str = "en") -> str:
        """The paragraph in `lang` (`en` or `zh`)."""
        i = 1 if lang == "zh" else 0
        middle = f"{self.where} ({self.why})" if self.why else self.where
        colon, stop = ("：", "。") if i else (": ", ". ")
        return f"{self.fault.what[i]}{colon}{middle}{stop}{self.fault.todo[i]}"

    def __reduce__(self) -> tuple[type[KafkaError], tuple[Fault, str, str]]:
        return type(self), (self.fault, self.where, self.why)


def from_os(error: OSError, where: Path | str) -> KafkaError:
    """The trouble behind an error of the operating system while `where` was read or written."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return KafkaError(Fault.DISK_FULL if full else Fault.DATA_UNUSABLE, str(where), error.strerror or str(error))


# What Kafka and the JVM write before they give up, most telling first. Texts of Kafka 4.1.0 and JDK 17 - 25.
_SIGNS = (
    (Fault.PORT_TAKEN, r"Address already in use"),
    (Fault.DISK_FULL, r"No space left on device|Disk quota exceeded|File too large"),
    (Fault.JAVA_UNUSABLE, r"UnsupportedClassVersionError|Unrecognized (VM )?option|cannot run java"),
    (Fault.SETTING, r"ConfigException|Invalid maximum heap size|Too small maximum heap"),
    (
        Fault.DATA_UNUSABLE,
        r"InconsistentClusterId|meta\.properties|cluster\.id|node\.id|bootstrap\.checkpoint|[Cc]orrupt|InvalidMagic"
        r"|(Error while|Failed to) (load|read|recover)|Permission denied|Read-only file system",
    ),
    (Fault.DATA_UNUSABLE, r"JsonParseException|JsonEOFException"),
)


def from_log(log: Path, start: int, exit_code: int | None) -> KafkaError:
    """The trouble that a node's log tells of, from byte `start` on; `exit_code` None: it never answered."""
    lines = [line for line in tail(log, start).splitlines() if not re.search(r"\] (WARN|INFO) ", line)]
    for fault, sign in _SIGNS:
        for line in lines:
            if re.search(sign, line):
                return KafkaError(fault, str(log), line)
    end = "no answer in time" if exit_code is None else f"ended by signal {-exit_code}" if exit_code < 0 else ""
    errors = [line for line in lines if re.search(r"ERROR|Exception|^Error", line)]
    return KafkaError(Fault.NOT_RUNNING, str(log), "; ".join([end or f"exit code {exit_code}", *errors[:1]]))


def tail(log: Path, start: int = 0) -> str:
    """The text of `log` from byte `start` on, at most the last 200 kB of it."""
    try:
        with log.open("rb") as f:
            f.seek(0, 2)
            f.seek(max(start, f.tell() - LOG_TAIL_BYTES))
            return f.read().decode("utf-8", "replace")
    except OSError:
        return ""
