from __future__ import annotations

import typing as standard
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from strata.start import typing as light

SOURCE = """
from __future__ import annotations
from collections.abc import Mapping

T = TypeVar("T", bound="Base")

class Base(Generic[T]):
    verb: ClassVar[str]
    paths: tuple[str, ...]

class Derived(Base[int]):
    choice: Literal["gzip", "zstd"]
    perhaps: Optional[Base]
    either: Union[int, None]
    free: Mapping[str, Any]
"""


@pytest.mark.parametrize("module", [standard, light], ids=["standard", "light"])
def test_annotations(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ModuleType("annotated")
    monkeypatch.setitem(__import__("sys").modules, "annotated", made)
    names = ("Any", "ClassVar", "Generic", "Literal", "Optional", "TypeVar", "Union")
    vars(made).update({name: getattr(module, name) for name in names})
    exec(SOURCE, vars(made))
    hints = module.get_type_hints(vars(made)["Derived"])
    assert list(hints) == ["verb", "paths", "choice", "perhaps", "either", "free"]
    base, origin, arguments = vars(made)["Base"], module.get_origin, module.get_args
    assert (origin(hints["paths"]), arguments(hints["paths"])) == (tuple, (str, ...))
    assert (origin(hints["choice"]), arguments(hints["choice"])) == (module.Literal, ("gzip", "zstd"))
    assert (origin(hints["perhaps"]), arguments(hints["perhaps"])) == (module.Union, (base, type(None)))
    assert origin(hints["either"]) is module.Union
    assert (origin(hints["free"]), arguments(hints["free"])) == (Mapping, (str, module.Any))
    assert (origin(str), arguments(str)) == (None, ())
    assert module.cast(int, "a") == "a"
