"""Names of functions whose results are followed without looking at them: Python's own, and those of every library."""

from __future__ import annotations

from typing import Final

__all__ = ["CHOOSING", "DEFAULTS", "ENVIRONMENT", "ENVIRONMENT_MAPS", "GIVEN", "PASSING", "PATHS"]

ENVIRONMENT: Final = ("os.environ.get", "os.getenv", "environ.get", "getenv")
ENVIRONMENT_MAPS: Final = ("os.environ", "environ")
DEFAULTS: Final = (
    "Field", "field", "Option", "Argument", "attrib", "ib", "mapped_column", "PrivateAttr", "Param", "Setting",
    "env", "config",
)  # fmt: skip
# Parameters of calls of every kind that say what is taken when nobody chose.
GIVEN: Final = ("default", "default_value", "default_var", "fallback")
# Calls that give one of the items of a list that they take.
CHOOSING: Final = ("choice", "choices", "sample", "selectbox", "radio", "select_slider", "multiselect", "pills", "next")
PASSING: Final = (
    "str", "strip", "lower", "rstrip", "lstrip", "cast", "expandvars", "deepcopy", "list", "tuple", "set", "sorted",
    "reversed", "iter",
)  # fmt: skip
PATHS: Final = (
    "Path", "join", "abspath", "expanduser", "PurePath", "resolve", "dirname", "realpath", "joinpath", "mkdtemp",
    "getcwd",
)  # fmt: skip
