"""A Chromium and a Chinese font for the tests of the live page: found, or brought and said so.

`python -m deploy.browser` looks for a browser and prints where it is.  Where there is none, it installs Debian's
packages `chromium` and `fonts-noto-cjk` (as root on Debian and its kin) or Playwright's own Chromium (elsewhere).
Exit status: 0 there is a browser; 3 there is none and none could be brought.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
VARIABLE = "TIDEGATE_BROWSER"

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""How the browser is started for tests: no window, and no talk with anyone but the page under test."""


class NoBrowser(RuntimeError):
    """There is no Chromium and none could be brought; the sentence says what was tried."""


def say(sentence: str) -> None:
    """One line of progress on standard error."""
    print(sentence, file=sys.stderr, flush=True)


def find() -> Path | None:
    """The browser that is there: the one that TIDEGATE_BROWSER names, one on the path, or Playwright's own."""
    if named := os.environ.get(VARIABLE):
        path = Path(named)
        if not path.is_file():
            raise NoBrowser(f"{VARIABLE} names {path}, which is not a file: correct it or unset it")
        return path
    for name in NAMES:
        if place := shutil.which(name):
            return Path(place)
    return playwrights_own()


def playwrights_own() -> Path | None:
    """The Chromium that `playwright install` brought, if it did."""
    if importlib.util.find_spec("playwright") is None:
        return None
    with importlib.import_module("playwright.sync_api").sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def has_chinese_font() -> bool:
    """Whether Chinese text is drawn as characters and not as boxes, as far as fontconfig can tell."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def is_debian_root() -> bool:
    """Whether packages can be installed here by apt-get without asking anyone."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def run(command: list[str]) -> bool:
    """Run an installer with its output on standard error; whether it succeeded."""
    say("  $ " + " ".join(command))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment, stdout=sys.stderr).returncode == 0


def install_packages(packages: list[str]) -> bool:
    """Debian's packages, from the archive that this machine is set up with."""
    say(f"Installing {' and '.join(packages)} from Debian's archive, once …")
    return run(["apt-get", "update", "-q"]) and run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    )


def bring() -> Path:
    """The browser; where it is absent it is installed first, and so is a Chinese font where that can be done.

    Raises `NoBrowser` with what was tried and what to do.
    """
    browser, chinese = find(), has_chinese_font()
    if is_debian_root():
        wanted = [package for package, there in zip(PACKAGES, (browser, chinese), strict=True) if not there]
        if wanted:
            install_packages(wanted)
            browser, chinese = find(), has_chinese_font()
    if browser is None:
        say("Installing Playwright's Chromium, once …")
        run([sys.executable, "-m", "playwright", "install", "chromium"])
        browser = find()
    if browser is None:
        raise NoBrowser(
            "no Chromium here and none could be installed: install the package chromium (Debian, Fedora, brew), "
            f"or set {VARIABLE} to the path of a Chrome or Chromium"
        )
    if not chinese:
        say("No Chinese font was found: the page works, but screenshots may show boxes (Debian: fonts-noto-cjk).")
    return browser


def main() -> int:
    """Bring the browser and print its path."""
    try:
        print(bring())
    except NoBrowser as missing:
        say(str(missing))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
