"""Secrets in files: a variable that ends in ``_FILE`` names the file that holds the text of a secret setting.

Containers, Kubernetes and systemd hand secrets over as files; in the environment, children and debuggers see them too.
"""

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from partner_api.settings.setting import Setting

SUFFIX: Final = "_FILE"
MOST_BYTES: Final = 65_536
"""Most bytes of such a file: a wrong path, such as a device, must not fill the memory."""


def file_variable(setting: Setting) -> str | None:
    """Return the variable that names the setting's file; None for a setting that is no secret."""
    return setting.variable + SUFFIX if setting.mask else None


def read_secret_files(
    environ: Mapping[str, str], settings: Iterable[Setting]
) -> tuple[dict[str, str], list[str]]:
    """Put the texts of the named files where the settings are read from.

    Args:
        environ: variables and their texts, as in ``os.environ``; it stays as it is.
        settings: all settings.

    Returns:
        The variables with those texts, and a sentence for each file that cannot be used, without any of its text.
    """
    found = dict(environ)
    problems: list[str] = []
    for setting in settings:
        variable = file_variable(setting)
        if variable is None or not (path := environ.get(variable, "").strip()):
            continue
        if environ.get(setting.variable, "").strip():
            problems.append(f"{setting.variable} and {variable} are both set: unset one of them.")
            continue
        try:
            found[setting.variable] = text_of_secret(Path(path))
        except ValueError as error:
            problems.append(f"{variable} is set, but {error}.")
    return found, problems


def text_of_secret(path: Path) -> str:
    """Return the text of a file that has a secret, without the white space around it.

    Raises:
        ValueError: with half a sentence. It does not repeat the path: the secret itself may stand there.
    """
    try:
        # A pipe would be read by the first process alone, and may keep it waiting for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError("what it names is not a regular file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"the file that it names cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ValueError(f"the file that it names has more than {MOST_BYTES} bytes")
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError("the file that it names is not text in UTF-8") from None
    if not text:
        raise ValueError("the file that it names is empty")
    return text
